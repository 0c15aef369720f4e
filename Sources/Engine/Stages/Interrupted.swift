/// A stage was asked to stop, and did. What it had appended to the pool stays.
public struct Interrupted: Error, Equatable {
  public init() {}
}

/// How far a stage is.
public struct ProgressUpdate: Equatable, Sendable {
  public var stage: String
  public var done: Int
  public var total: Int
  /// What it is at; may be empty.
  public var note: String
  /// Whether `done` and `total` are bytes, not pieces of work.
  public var isBytes: Bool

  public init(stage: String, done: Int, total: Int, note: String = "", isBytes: Bool = false) {
    self.stage = stage
    self.done = done
    self.total = total
    self.note = note
    self.isBytes = isBytes
  }
}

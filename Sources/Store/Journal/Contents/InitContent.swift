/// `init`: the pool's birth.
public struct InitContent: Codable, Equatable, Sendable {
  /// The on-disk format's number (schema/format.md).
  public var format: Int
  /// Random, 32 hex digits: tells pools apart.
  public var pool: String

  public init(format: Int, pool: String) {
    self.format = format
    self.pool = pool
  }
}

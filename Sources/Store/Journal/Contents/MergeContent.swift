/// `merge`: where the entries that follow came from.
public struct MergeContent: Codable, Equatable, Sendable {
  public var pool: String
  /// The chain head of the merged pool, hex.
  public var head: String
  public var entries: Int

  public init(pool: String, head: String, entries: Int) {
    self.pool = pool
    self.head = head
    self.entries = entries
  }
}

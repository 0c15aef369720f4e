/// `drop`: versions that are gone for queries from here on; digests stay.
public struct DropContent: Codable, Equatable, Sendable {
  /// Tensor: `rows` i64 [n, 2] as (entry, row).
  public var reason: String

  public init(reason: String) {
    self.reason = reason
  }
}

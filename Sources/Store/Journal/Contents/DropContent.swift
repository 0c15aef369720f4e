/// `drop`: versions that are gone for queries from here on; digests stay.
///
/// Tensor for each class, with `class` set: `rows` i64 [n, 2] as (entry, row).
public struct DropContent: Codable, Equatable, Sendable {
  public var reason: String

  public init(reason: String) {
    self.reason = reason
  }
}

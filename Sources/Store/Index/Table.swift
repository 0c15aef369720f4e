/// What a query answers.
public struct Table: Equatable, Sendable {
  public var columns: [String]
  public var rows: [[Value]]
  /// Whether rows were left off at the limit asked for.
  public var isTruncated: Bool

  public init(columns: [String], rows: [[Value]], isTruncated: Bool = false) {
    self.columns = columns
    self.rows = rows
    self.isTruncated = isTruncated
  }
}

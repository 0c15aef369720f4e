/// Takes the rows that a projection makes of one table, in the order of their keys: writes them
/// into an index, or compares them with one.
protocol RowTaker {
  /// Takes a row; false where the table has none under this key.
  @discardableResult
  func insert(_ values: Value...) throws -> Bool
}

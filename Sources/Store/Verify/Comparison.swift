import GRDB
import GRDBSQLite

/// Holds rows against those that a question to the index gives, one by one and in its order.
final class Comparison: RowTaker {
  private let connection: OpaquePointer
  private let statement: OpaquePointer
  /// Called with the first column of a row that is not as it should be.
  var differs: (Value) throws -> Void = { _ in }

  init(_ connection: OpaquePointer, _ sql: String) throws {
    self.connection = connection
    var statement: OpaquePointer?
    try SQLite.check(sqlite3_prepare_v2(connection, sql, -1, &statement, nil), connection)
    guard let statement else { throw DatabaseError(message: "there is no statement") }
    self.statement = statement
  }

  deinit { sqlite3_finalize(statement) }

  /// Asks anew, with other values for the question's `?`.
  func ask(_ values: Value...) throws {
    sqlite3_reset(statement)
    for (index, value) in values.enumerated() {
      try SQLite.check(SQLite.bind(statement, Int32(index + 1), value), connection)
    }
  }

  /// The next row; nil at the end.
  func next() throws -> [Value]? {
    guard try step() else { return nil }
    return (0..<sqlite3_column_count(statement)).map { SQLite.value(statement, $0) }
  }

  func insert(_ values: Value...) throws -> Bool {
    try compare(values)
    return true
  }

  /// Holds a row against the next one.
  func compare(_ values: [Value]) throws {
    if try !step() || !isEqual(values) { try differs(values[0]) }
  }

  /// Holds the end against there being none.
  func end() throws {
    if try step() { try differs(SQLite.value(statement, 0)) }
  }

  private func step() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw SQLite.error(code, connection)
    }
  }

  private func isEqual(_ values: [Value]) -> Bool {
    for (index, value) in values.enumerated() {
      let column = Int32(index)
      let type = sqlite3_column_type(statement, column)
      let isSame =
        switch value {
        case .null: type == SQLITE_NULL
        case .integer(let number):
          type == SQLITE_INTEGER && sqlite3_column_int64(statement, column) == number
        case .real(let number):
          type == SQLITE_FLOAT
            && sqlite3_column_double(statement, column) == number
        case .text(var text):
          type == SQLITE_TEXT && text.withUTF8 { isText($0, column) }
        }
      if !isSame { return false }
    }
    return true
  }

  private func isText(_ text: UnsafeBufferPointer<UInt8>, _ column: Int32) -> Bool {
    let bytes = sqlite3_column_blob(statement, column)
    let there = UnsafeRawBufferPointer(
      start: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    return there.elementsEqual(UnsafeRawBufferPointer(text))
  }
}

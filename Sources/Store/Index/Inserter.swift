import GRDB
import GRDBSQLite

/// A prepared INSERT, run row by row past GRDB's conveniences: the projection writes millions.
struct Inserter: RowTaker {
  private let statement: Statement
  private let connection: SQLiteConnection

  /// `table` with as many values as it has columns to fill; `suffix` for ON CONFLICT.
  init(_ db: Database, _ table: String, columns: Int, suffix: String = "") throws {
    guard let connection = db.sqliteConnection else { throw DatabaseError(message: "closed") }
    self.connection = connection
    let marks = Array(repeating: "?", count: columns).joined(separator: ",")
    statement = try db.cachedStatement(sql: "INSERT INTO \(table) VALUES (\(marks)) \(suffix)")
  }

  /// Inserts a row; false where ON CONFLICT left it out.
  @discardableResult
  func insert(_ values: Value...) throws -> Bool {
    let handle = statement.sqliteStatement
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    for (index, value) in values.enumerated() {
      try SQLite.check(SQLite.bind(handle, Int32(index + 1), value), connection)
    }
    let code = sqlite3_step(handle)
    if code != SQLITE_DONE { throw SQLite.error(code, connection) }
    return sqlite3_changes(connection) > 0
  }
}

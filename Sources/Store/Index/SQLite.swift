import GRDB
import GRDBSQLite

/// The parts of SQLite's C interface that the index calls itself.
enum SQLite {
  /// SQLite's SQLITE_TRANSIENT, a macro Swift does not see: copy the text.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  static func bind(_ statement: OpaquePointer, _ index: Int32, _ value: Value) -> Int32 {
    switch value {
    case .null: sqlite3_bind_null(statement, index)
    case .integer(let value): sqlite3_bind_int64(statement, index, value)
    case .real(let value): sqlite3_bind_double(statement, index, value)
    case .text(var text):
      text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text(
            statement, index, $0.baseAddress ?? Self.empty, Int32($0.count), transient)
        }
      }
    }
  }

  /// What a column of the row a statement stands on holds.
  static func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
    case SQLITE_NULL: return .null
    default:
      guard let text = sqlite3_column_text(statement, column) else { return .null }
      let count = Int(sqlite3_column_bytes(statement, column))
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    }
  }

  nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
  }()

  static func check(_ code: Int32, _ connection: OpaquePointer?) throws {
    if code != SQLITE_OK { throw error(code, connection) }
  }

  static func error(_ code: Int32, _ connection: OpaquePointer?) -> DatabaseError {
    let message = connection.flatMap(sqlite3_errmsg).map { String(cString: $0) }
    return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
  }

  /// Whether an error says that a row is there already.
  static func isConflict(_ error: any Error) -> Bool {
    (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
  }

  /// Whether an error says that a file is damaged: SQLite's word for it, or a value of another type
  /// than its column's.
  static func isDamage(_ error: any Error) -> Bool {
    if error is RowDecodingError { return true }
    guard let code = (error as? DatabaseError)?.resultCode else { return false }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(code)
  }

  /// Whether an error is SQLite's word for a full disk.
  static func isFull(_ error: any Error) -> Bool {
    (error as? DatabaseError)?.resultCode == .SQLITE_FULL
  }

  /// Whether SQLite could not read or write, for whatever reason.
  static func isInputOutput(_ error: any Error) -> Bool {
    (error as? DatabaseError)?.resultCode == .SQLITE_IOERR
  }
}

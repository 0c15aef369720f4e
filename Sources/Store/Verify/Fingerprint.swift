import GRDB
import GRDBSQLite

extension SQLite {
  /// A hash of a table's rows in their order. Not one that resists an attacker: who can write the
  /// index can also write what it is compared with.
  static func fingerprint(_ connection: OpaquePointer, _ table: String) throws -> UInt64 {
    var statement: OpaquePointer?
    try check(
      sqlite3_prepare_v2(connection, "SELECT * FROM main.\(table)", -1, &statement, nil),
      connection)
    defer { sqlite3_finalize(statement) }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    let columns = sqlite3_column_count(statement)
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return hash }
      if code != SQLITE_ROW { throw error(code, connection) }
      for column in 0..<columns {
        let type = sqlite3_column_type(statement, column)
        mix(UInt64(type))
        switch type {
        case SQLITE_NULL: break
        case SQLITE_INTEGER: mix(UInt64(bitPattern: sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: mix(sqlite3_column_double(statement, column).bitPattern)
        default:
          let bytes = sqlite3_column_blob(statement, column)
          let count = Int(sqlite3_column_bytes(statement, column))
          mix(UInt64(count))
          let text = UnsafeRawBufferPointer(start: bytes, count: count)
          for offset in stride(from: 0, to: count & ~7, by: 8) { mix(text.number(offset)) }
          for byte in text[(count & ~7)...] { mix(UInt64(byte)) }
        }
      }
    }
  }
}

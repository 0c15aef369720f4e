import CLMDB

/// Walks a database in key order, inside a transaction.
struct Cursor: ~Copyable {
  private let handle: OpaquePointer

  init(_ transaction: borrowing some Reading & ~Copyable, _ database: MDB_dbi) throws {
    var handle: OpaquePointer?
    let code = mdb_cursor_open(transaction.handle, database, &handle)
    guard code == MDB_SUCCESS, let handle else {
      throw LMDBError(code: code, operation: "mdb_cursor_open")
    }
    self.handle = handle
  }

  deinit { mdb_cursor_close(handle) }

  typealias Pair = (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

  /// The pair with the greatest key.
  func last() throws -> Pair? { try step(MDB_LAST) }

  /// The pair after the one the cursor stands on; the first at the start.
  func next() throws -> Pair? { try step(MDB_NEXT) }

  /// The first pair whose key is not less than `key`.
  func seek(_ key: Key) throws -> Pair? {
    try key.withValue { try step(MDB_SET_RANGE, &$0) }
  }

  private func step(_ operation: MDB_cursor_op) throws -> Pair? {
    var key = MDB_val()
    return try step(operation, &key)
  }

  private func step(_ operation: MDB_cursor_op, _ key: inout MDB_val) throws -> Pair? {
    var value = MDB_val()
    let code = mdb_cursor_get(handle, &key, &value, operation)
    if code == MDB_NOTFOUND { return nil }
    try LMDBError.check(code, "mdb_cursor_get")
    return (
      UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size),
      UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    )
  }
}

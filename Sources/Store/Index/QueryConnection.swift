import CSQLite
import Foundation
import GRDB
import GRDBSQLite

/// A connection that can read the index and nothing else, whatever is typed.
///
/// The file is opened for reading; an authorizer refuses every action that is not one of reading;
/// unqualified names mean the rows that live, or lived at the entry asked about.
final class QueryConnection {
  private let connection: OpaquePointer
  /// Keeps writers away from an index that is read as it lies.
  private let lock: SharedLock?
  private var deadline = Double.infinity
  private var isCancelled: (@Sendable () -> Bool)?

  /// - Parameter isFrozen: keeps answering from the state it found first.
  /// - Throws: `PoolError`: `damage` where the index is missing, of another version or not
  ///   readable; `noSpace`; `failure` or `locked` where this user may not read it, or not now.
  init(_ files: PoolFiles, asOf sequence: Int64?, isFrozen: Bool = false) throws {
    let opened: (connection: OpaquePointer, lock: SharedLock?)
    do {
      Self.awaitIndex(files)
      do {
        opened = (try Self.connect(files.index, 0, asOf: sequence, isFrozen), nil)
      } catch let error as DatabaseError where Self.isRefusal(error) {
        let lock = try Self.lock(files, after: error)
        let name = try Self.immutable(files)
        opened = (try Self.connect(name, SQLITE_OPEN_URI, asOf: sequence, isFrozen), lock)
      }
    } catch {
      throw Self.unreadable(files, error)
    }
    (connection, lock) = opened
    sqlite3_set_authorizer(
      connection,
      { _, action, first, second, _, _ in
        QueryConnection.permits(action, first, second) ? SQLITE_OK : SQLITE_DENY
      }, nil)
  }

  deinit { sqlite3_close_v2(connection) }

  /// Bounds of a query.
  struct Limits {
    var rows: Int?
    var seconds: TimeInterval?
    /// Asked now and then whether to stop.
    var isCancelled: (@Sendable () -> Bool)?
  }

  /// Runs one statement.
  ///
  /// - Throws: `PoolError` with code `usage` where the statement is wrong or not allowed, or
  ///   `failure` where it takes too long; `interrupted` where it was cancelled.
  func query(_ sql: String, _ arguments: [Value], _ limits: Limits) throws -> Table {
    do {
      return try rows(sql, arguments, limits)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
      if limits.isCancelled?() == true { throw PoolError(.interrupted, "Interrupted.") }
      throw PoolError(
        .failure, "The query took longer than \(limits.seconds ?? 0) seconds.",
        remedy: "Ask for less, or give it more time: psrdb query --timeout "
          + "\(10 * (limits.seconds ?? 1)) \"SELECT …\"")
    } catch let error as DatabaseError
      // The tables that one sees are views of those that there are.
      where error.resultCode == .SQLITE_AUTH || error.message?.hasPrefix("cannot modify") == true
    {
      throw PoolError(
        .usage, "A query can only read.",
        remedy: "psrdb query --schema shows the tables and their columns.", cause: error)
    } catch let error as DatabaseError
      where SQLite.isDamage(error) || SQLite.isInputOutput(error)
    {
      throw PoolError.brokenIndex("The index is damaged.", cause: error)
    } catch let error as DatabaseError {
      throw PoolError(
        .usage, "SQLite says: \(error.message ?? "\(error)")",
        remedy: "psrdb query --schema shows the tables and their columns.")
    }
  }

  private func rows(_ sql: String, _ arguments: [Value], _ limits: Limits) throws -> Table {
    var prepared: OpaquePointer?
    var hasMore = false
    let code = sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(connection, text, -1, &prepared, &tail)
      // Comments and blanks may follow: they are prepared to nothing.
      while code == SQLITE_OK, let rest = tail, rest.pointee != 0, !hasMore {
        var next: OpaquePointer?
        hasMore = sqlite3_prepare_v2(connection, rest, -1, &next, &tail) != SQLITE_OK || next != nil
        sqlite3_finalize(next)
      }
      return code
    }
    defer { sqlite3_finalize(prepared) }
    try SQLite.check(code, connection)
    guard let prepared else { throw DatabaseError(message: "there is no statement") }
    if hasMore { throw DatabaseError(message: "one statement at a time") }
    guard sqlite3_bind_parameter_count(prepared) == arguments.count else {
      throw DatabaseError(
        message: "\(sqlite3_bind_parameter_count(prepared)) parameters, \(arguments.count) values")
    }
    for (index, value) in arguments.enumerated() {
      try SQLite.check(SQLite.bind(prepared, Int32(index + 1), value), connection)
    }
    deadline = limits.seconds.map { Self.now + $0 } ?? .infinity
    isCancelled = limits.isCancelled
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection, limits.seconds == nil && isCancelled == nil ? 0 : 1000,
      { context in
        let query = Unmanaged<QueryConnection>.fromOpaque(context!).takeUnretainedValue()
        return QueryConnection.now > query.deadline || query.isCancelled?() == true ? 1 : 0
      }, context)
    let columns = (0..<sqlite3_column_count(prepared)).map {
      sqlite3_column_name(prepared, $0).map { String(cString: $0) } ?? ""
    }
    var table = Table(columns: columns, rows: [])
    while true {
      let code = sqlite3_step(prepared)
      if code == SQLITE_DONE { return table }
      if code != SQLITE_ROW { throw SQLite.error(code, connection) }
      if let limit = limits.rows, table.rows.count >= limit {
        table.isTruncated = true
        return table
      }
      table.rows.append((0..<Int32(columns.count)).map { SQLite.value(prepared, $0) })
    }
  }

  /// A hash of a table's contents, and of their order.
  func fingerprint(_ table: String) throws -> UInt64 {
    try SQLite.fingerprint(connection, table)
  }

  /// A question whose rows are to be compared.
  func comparison(_ sql: String) throws -> Comparison { try Comparison(connection, sql) }

  private static var now: Double { ProcessInfo.processInfo.systemUptime }

  /// The actions of reading.
  private static func permits(
    _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?
  ) -> Bool {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return true
    case SQLITE_FUNCTION:
      guard let second else { return false }
      return !["load_extension", "fts3_tokenizer", "writefile", "edit"]
        .contains(String(cString: second).lowercased())
    case SQLITE_PRAGMA:
      guard let first else { return false }
      return [
        "quick_check", "integrity_check", "table_info", "table_xinfo", "table_list",
        "index_list", "index_info",
      ]
      .contains(String(cString: first).lowercased())
    default: return false
    }
  }

  private static func unreadable(_ files: PoolFiles, _ cause: any Error) -> PoolError {
    // To read it SQLite needs a file beside it.
    if SQLite.isFull(cause) || SQLite.isInputOutput(cause) && files.isCramped {
      return PoolError(
        .noSpace, "The index of \(files.directory) cannot be read. The disk is full.",
        remedy: "Make room.", cause: cause)
    }
    if cause is PoolError || cause is SystemError {
      return Pool.explain(cause, files, "Could not read the index of")
    }
    return PoolError.brokenIndex(
      "The index of \(files.directory) is missing, damaged or of another version.", cause: cause)
  }
}

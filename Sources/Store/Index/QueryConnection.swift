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
  private var deadline = Double.infinity

  /// - Parameter isFrozen: keeps answering from the state it found first.
  /// - Throws: `PoolError` with code `damage` where the index is missing, of another version or
  ///   not readable; `noSpace`.
  init(_ files: PoolFiles, asOf sequence: Int64?, isFrozen: Bool = false) throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(files.index, &opened, flags, nil)
    guard let opened else { throw Self.unreadable(files, SQLite.error(code, nil)) }
    connection = opened
    do {
      try SQLite.check(code, opened)
      try SQLite.check(psr_sqlite_defend(opened), opened)
      sqlite3_busy_timeout(opened, 5000)
      sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0)
      try execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
      try execute("PRAGMA temp_store = MEMORY;")
      if isFrozen { try execute("BEGIN") }
      let there = try rows(Schema.definitionsQuery, [], Limits()).rows.map { $0[0].string }
      guard try there == Schema.definitions() else {
        throw DatabaseError(message: "it was made by another version of psrdb")
      }
      try execute(Schema.views(asOf: sequence))
      try execute("PRAGMA query_only = ON;")
    } catch {
      // `deinit` closes the connection.
      throw Self.unreadable(files, error)
    }
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
  }

  /// Runs one statement.
  ///
  /// - Throws: `PoolError` with code `usage` where the statement is wrong or not allowed, or
  ///   `failure` where it takes too long.
  func query(_ sql: String, _ arguments: [Value], _ limits: Limits) throws -> Table {
    do {
      return try rows(sql, arguments, limits)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
      throw PoolError(
        .failure, "The query took longer than \(limits.seconds ?? 0) seconds.",
        remedy: "Give it more time with --timeout, or ask for less.")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_AUTH {
      throw PoolError(
        .usage, "A query can only read.",
        remedy: "psrdb query --schema shows the tables and their columns.", cause: error)
    } catch let error as DatabaseError
      where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR].contains(error.resultCode)
    {
      throw PoolError(
        .damage, "The index is damaged.", remedy: "psrdb reindex makes it anew.", cause: error)
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
      if let tail { hasMore = !String(cString: tail).allSatisfy { $0.isWhitespace || $0 == ";" } }
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
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection, limits.seconds == nil ? 0 : 1000,
      { context in
        let query = Unmanaged<QueryConnection>.fromOpaque(context!).takeUnretainedValue()
        return QueryConnection.now > query.deadline ? 1 : 0
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

  private func execute(_ script: String) throws {
    try SQLite.check(sqlite3_exec(connection, script, nil, nil, nil), connection)
  }

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
    return PoolError(
      .damage, "The index of \(files.directory) is missing, damaged or of another version.",
      remedy: "psrdb reindex makes it anew from the journal.", cause: cause)
  }
}

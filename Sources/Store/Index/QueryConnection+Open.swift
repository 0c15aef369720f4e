import CSQLite
import Foundation
import GRDB
import GRDBSQLite

/// The index has other tables than this psrdb's.
struct OtherVersion: Error, CustomStringConvertible {
  var description: String { "it was made by another version of psrdb" }
}

extension QueryConnection {
  /// Opens the index for reading, with the views of an entry.
  ///
  /// - Throws: `DatabaseError`, `OtherVersion`, `SystemError`.
  static func connect(
    _ name: String, _ flag: Int32, asOf sequence: Int64?, _ isFrozen: Bool
  ) throws -> OpaquePointer {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flag
    let code = sqlite3_open_v2(name, &opened, flags, nil)
    guard let opened else { throw SQLite.error(code, nil) }
    func execute(_ script: String) throws {
      try SQLite.check(sqlite3_exec(opened, script, nil, nil, nil), opened)
    }
    do {
      try SQLite.check(code, opened)
      try SQLite.check(psr_sqlite_defend(opened), opened)
      sqlite3_busy_timeout(opened, 5000)
      sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0)
      try execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
      try execute("PRAGMA temp_store = MEMORY;")
      if isFrozen { try execute("BEGIN") }
      let definitions = try Comparison(opened, Schema.definitionsQuery)
      var there: [String?] = []
      while let row = try definitions.next() { there.append(row[0].string.map(Schema.plain)) }
      guard try there == Schema.definitions() else {
        throw OtherVersion()
      }
      try execute(Schema.views(asOf: sequence))
      try execute("PRAGMA query_only = ON;")
      return opened
    } catch {
      let reason = sqlite3_system_errno(opened)
      sqlite3_close_v2(opened)
      // Not of rights: no file could have been opened.
      if (error as? DatabaseError)?.resultCode == .SQLITE_CANTOPEN,
        [EMFILE, ENFILE, ENOMEM, EIO].contains(reason)
      {
        throw SystemError("open", name, code: reason)
      }
      throw error
    }
  }

  /// Waits a little where the index is being exchanged for a new one, and is not there.
  static func awaitIndex(_ files: PoolFiles) {
    func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    let deadline = ProcessInfo.processInfo.systemUptime + 2
    while !isThere(files.index) && isThere(files.index + ".new")
      && ProcessInfo.processInfo.systemUptime < deadline
    {
      usleep(5000)
    }
  }

  /// Whether SQLite was refused a file: the index, or those beside it that it makes to read it.
  static func isRefusal(_ error: DatabaseError) -> Bool {
    [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM].contains(error.resultCode)
  }

  /// Keeps writers away, for the index to be read without the files beside it.
  ///
  /// - Throws: what was `refused` where there is no index; `SystemError` where it may not be read
  ///   itself; as `SharedLock`.
  static func lock(_ files: PoolFiles, after refused: DatabaseError) throws -> SharedLock {
    let descriptor = Foundation.open(files.index, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw refused }
      throw SystemError("open", files.index)
    }
    Foundation.close(descriptor)
    return try SharedLock(files.directory)
  }

  /// SQLite's name for an index that it need not share with anybody.
  ///
  /// - Throws: `PoolError` where the index alone is not all of it.
  static func immutable(_ files: PoolFiles) throws -> String {
    guard (try? FileStatus(files.index + "-wal").size) ?? 0 == 0 else {
      throw PoolError(
        .failure,
        "The index of \(files.directory) has a log, which only who may write there can read.",
        remedy: "Let such a user open the pool once, or read a copy of it.")
    }
    let path = files.index.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
    // An empty host: a path may begin with two slashes.
    return "file:" + (files.index.hasPrefix("/") ? "//" : "") + (path ?? files.index)
      + "?immutable=1"
  }
}

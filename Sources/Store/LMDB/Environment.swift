import CLMDB
import Foundation
import Synchronization

/// The LMDB environment of one pool: the map, and its two databases.
///
/// One to a process and file (`EnvironmentRegistry`), as liblmdb demands.
final class Environment: @unchecked Sendable {
  // liblmdb's handle may be used from any thread; `gate` keeps resizing apart from transactions.
  let handle: OpaquePointer
  let journal: MDB_dbi
  let tensors: MDB_dbi
  /// False where the files may only be read.
  let isWritable: Bool
  private let gate = TransactionGate()
  /// What the registry knows it by; set once, before anyone else has it.
  var file: EnvironmentRegistry.File?
  /// Bytes of the map that may have been looked at since it was let go of.
  let held = Atomic(0)

  /// A first map of this size seldom has to grow; it is address space, not memory or disk.
  static let roomyMap = 64 << 30

  /// Opens the environment in `directory`, making its databases where `create` says so.
  init(directory: String, create: Bool, mapSize: Int) throws {
    var isWritable = true
    var code = MDB_SUCCESS
    var opened: OpaquePointer?
    let size = Self.fitting(mapSize)
    while true {
      var candidate: OpaquePointer?
      try LMDBError.check(mdb_env_create(&candidate), "mdb_env_create")
      guard let candidate else { throw LMDBError(code: ENOMEM, operation: "mdb_env_create") }
      mdb_env_set_maxdbs(candidate, 2)
      mdb_env_set_maxreaders(candidate, 1024)
      mdb_env_set_mapsize(candidate, size)
      let flags = UInt32(MDB_NOTLS) | (isWritable ? 0 : UInt32(MDB_RDONLY))
      code = mdb_env_open(candidate, directory, flags, 0o644)
      if code == MDB_SUCCESS {
        opened = candidate
        break
      }
      mdb_env_close(candidate)
      if (code == EACCES || code == EROFS) && isWritable && !create {
        isWritable = false
      } else {
        break
      }
    }
    guard let opened else { throw LMDBError(code: code, operation: "mdb_env_open") }
    var dead: Int32 = 0
    mdb_reader_check(opened, &dead)
    // Nothing is set before nothing can fail any more: what throws after that runs `deinit` too.
    let databases: (journal: MDB_dbi, tensors: MDB_dbi)
    do {
      databases =
        try create ? Self.makeDatabases(opened) : Self.databases(opened, directory)
    } catch {
      mdb_env_close(opened)
      throw error
    }
    self.handle = opened
    self.isWritable = isWritable
    (journal, tensors) = databases
  }

  deinit {
    mdb_env_close(handle)
    if let file { EnvironmentRegistry.closed(file) }
  }

  /// The size of a map to begin with, of at most half of what address space is left where that is
  /// limited; it grows later. Threads need some too: libdispatch waits for ever where it can make none.
  private static func fitting(_ mapSize: Int) -> Int {
    var size = mapSize
    while size > 1 << 26 {
      let probe = mmap(nil, size * 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      if let probe, probe != MAP_FAILED {
        munmap(probe, size * 2)
        break
      }
      size /= 2
    }
    return size
  }

  private static func makeDatabases(_ environment: OpaquePointer) throws -> (MDB_dbi, MDB_dbi) {
    let transaction = try WriteTransaction(environment)
    let pair = (
      try database(transaction.handle, "journal", UInt32(MDB_CREATE)),
      try database(transaction.handle, "tensors", UInt32(MDB_CREATE))
    )
    try transaction.commit()
    return pair
  }

  /// Opens the databases of a file that somebody else may have damaged.
  private static func databases(
    _ environment: OpaquePointer, _ directory: String
  ) throws -> (MDB_dbi, MDB_dbi) {
    var handle: OpaquePointer?
    try LMDBError.check(
      mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &handle), "mdb_txn_begin")
    guard let handle else { throw LMDBError(code: EINVAL, operation: "mdb_txn_begin") }
    do {
      // liblmdb follows pages as soon as it opens a database.
      try PageWalk.check(directory + "/data.mdb", transaction: mdb_txn_id(handle))
      let pair = (try database(handle, "journal", 0), try database(handle, "tensors", 0))
      // Handles opened in a reading transaction outlive it only if it is committed.
      try LMDBError.check(mdb_txn_commit(handle), "mdb_txn_commit")
      return pair
    } catch {
      mdb_txn_abort(handle)
      throw error
    }
  }

  private static func database(
    _ transaction: OpaquePointer, _ name: String, _ flags: UInt32
  ) throws -> MDB_dbi {
    var database: MDB_dbi = 0
    try LMDBError.check(mdb_dbi_open(transaction, name, flags, &database), "mdb_dbi_open")
    return database
  }

  /// Runs `body` on a snapshot.
  func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
    var attempts = 0
    while true {
      gate.enter()
      let transaction: ReadTransaction
      do {
        transaction = try ReadTransaction(handle)
      } catch let error as LMDBError {
        gate.leave()
        attempts += 1
        try recover(from: error, attempts)
        continue
      }
      defer { gate.leave() }
      look(at: Self.window, transaction)
      return try body(transaction)
    }
  }

  /// Runs `body` in a transaction and commits it. `body` runs again where the map had to grow.
  func write<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
    var attempts = 0
    while true {
      do {
        gate.enter()
        defer { gate.leave() }
        // A reader that was killed would keep the pages it saw from being used again.
        var dead: Int32 = 0
        try LMDBError.check(mdb_reader_check(handle, &dead), "mdb_reader_check")
        let transaction = try WriteTransaction(handle)
        let result = try body(transaction)
        try transaction.commit()
        return result
      } catch let error as LMDBError {
        attempts += 1
        try recover(from: error, attempts)
      }
    }
  }

  /// Writes the newest snapshot, without free pages, to `data.mdb` in an empty directory. Not
  /// synchronised.
  func copy(to directory: String) throws {
    // A map another process let grow is taken over first.
    try read { _ in }
    gate.enter()
    defer { gate.leave() }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now(), repeating: .milliseconds(50))
    timer.setEventHandler { [unowned self] in
      if let transaction = try? ReadTransaction(handle) { release(transaction) }
    }
    let ended = DispatchSemaphore(value: 0)
    timer.setCancelHandler { ended.signal() }
    timer.resume()
    defer {
      timer.cancel()
      ended.wait()
    }
    try LMDBError.check(
      mdb_env_copy2(handle, directory, UInt32(MDB_CP_COMPACT)), "mdb_env_copy2")
  }

  /// Makes the next attempt possible, or throws `error`.
  private func recover(from error: LMDBError, _ attempts: Int) throws {
    switch error.code {
    case MDB_MAP_FULL where attempts < 40:
      try gate.exclusively {
        let size = mapSize
        try LMDBError.check(mdb_env_set_mapsize(handle, size * 2), "mdb_env_set_mapsize")
      }
    case MDB_MAP_RESIZED where attempts < 40:
      // Another process let the map grow: take over its size.
      try gate.exclusively {
        try LMDBError.check(mdb_env_set_mapsize(handle, 0), "mdb_env_set_mapsize")
      }
    case MDB_READERS_FULL where attempts < 2:
      var dead: Int32 = 0
      try LMDBError.check(mdb_reader_check(handle, &dead), "mdb_reader_check")
    default:
      throw error
    }
  }

  /// Bytes the map spans.
  var mapSize: Int {
    var info = MDB_envinfo()
    mdb_env_info(handle, &info)
    return info.me_mapsize
  }
}

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
  /// Where the table of readers may not be written either: keeps writers away instead.
  private let lock: SharedLock?
  private let directory: String
  private let gate = TransactionGate()
  /// What the registry knows it by; set once, before anyone else has it.
  var file: EnvironmentRegistry.File?
  /// Bytes of the map that may have been looked at since it was let go of.
  let held = Atomic(0)
  /// The table of readers, once `alone` has opened it.
  private var table: Int32?

  /// A first map of this size seldom has to grow; it is address space, not memory or disk.
  static let roomyMap = 64 << 30

  /// Opens the environment in `directory`, making its databases where `create` says so.
  ///
  /// - Throws: `LMDBError`; `PoolError` where it is damaged, or may not be read while it is being
  ///   written; `SystemError` where there is no room for the table of readers.
  init(directory: String, create: Bool, mapSize: Int) throws {
    try ReaderTable.allocate(in: directory)
    let opened = try Self.open(directory, create: create, mapSize: Self.fitting(mapSize))
    var dead: Int32 = 0
    mdb_reader_check(opened.handle, &dead)
    // Nothing is set before nothing can fail any more: what throws after that runs `deinit` too.
    let databases: (journal: MDB_dbi, tensors: MDB_dbi)
    do {
      databases =
        try create
        ? Self.makeDatabases(opened.handle) : Self.databases(opened.handle, directory)
    } catch {
      mdb_env_close(opened.handle)
      throw error
    }
    self.directory = directory
    handle = opened.handle
    isWritable = opened.isWritable
    lock = opened.lock
    (journal, tensors) = databases
  }

  deinit {
    mdb_env_close(handle)
    if let table { Foundation.close(table) }
    if let file { EnvironmentRegistry.closed(file) }
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
      try gate.exclusively { try resize(to: mapSize * 2) }
    case MDB_MAP_RESIZED where attempts < 40:
      // Another process let the map grow.
      try gate.exclusively {
        let (size, file) = (mapSize, fileSize)
        // Another thread may have done this already.
        if file > size || attempts > 1 { try resize(to: max(size * 2, file)) }
      }
    case MDB_READERS_FULL where attempts < 2:
      var dead: Int32 = 0
      try LMDBError.check(mdb_reader_check(handle, &dead), "mdb_reader_check")
    default:
      throw error
    }
  }

  /// Makes the map larger, while nobody looks at it.
  ///
  /// liblmdb gives the old map up before it asks for the new one, and does not survive being
  /// refused. So there must be room first, and some to spare for threads.
  ///
  /// - Throws: `PoolError` with code `failure` where there is none.
  func resize(to size: Int) throws {
    guard AddressSpace.has(size - mapSize + 1 << 26) else {
      throw PoolError(
        .failure, "There is no address space for a map of \(size >> 20) MiB of data.mdb.",
        remedy: "Give the process more: ulimit -v")
    }
    try LMDBError.check(mdb_env_set_mapsize(handle, size), "mdb_env_set_mapsize")
  }

  /// Bytes the map spans.
  var mapSize: Int {
    var info = MDB_envinfo()
    mdb_env_info(handle, &info)
    return info.me_mapsize
  }

  /// Bytes of the file that is open, and which it is; it may have another name by now, or none.
  private var status: FileStatus? {
    var descriptor: Int32 = -1
    guard mdb_env_get_fd(handle, &descriptor) == MDB_SUCCESS else { return nil }
    return FileStatus(descriptor: descriptor)
  }

  private var fileSize: Int { status?.size ?? 0 }

  /// The file that is open.
  var opened: EnvironmentRegistry.File? {
    status.map { EnvironmentRegistry.File($0) }
  }

  /// Whether another file is at the path by now: the pool was compacted.
  func isReplaced(at path: String) -> Bool {
    guard let opened, let there = try? FileStatus(path) else { return false }
    return opened != EnvironmentRegistry.File(there)
  }

  /// Runs `body` while no other process can open the environment: who tries waits.
  ///
  /// - Throws: what `body` throws; `SystemError` where another process has it open.
  func alone(_ body: () throws -> Void) throws {
    let path = ReaderTable.path(in: directory)
    let descriptor = table ?? Foundation.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    // Closed after the environment: it would take liblmdb's own lock on the file with it.
    table = descriptor
    try ReaderTable.lock(descriptor, path, type: F_WRLCK)
    defer { try? ReaderTable.lock(descriptor, path, type: F_RDLCK) }
    try body()
  }
}

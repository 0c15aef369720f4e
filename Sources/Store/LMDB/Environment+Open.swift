import CLMDB
import Foundation

extension Environment {
  typealias Opened = (handle: OpaquePointer, isWritable: Bool, lock: SharedLock?)

  /// Opens the files: for writing; else, where they may only be read, with a place in the table of
  /// readers; else with a lock that keeps writers away.
  static func open(_ directory: String, create: Bool, mapSize: Int) throws -> Opened {
    do {
      return (try handle(directory, 0, mapSize), true, nil)
    } catch let error as LMDBError where error.isRefusal && !create {
      // Of a file system that may only be read liblmdb needs no table; a pool may be written
      // through another mount.
      if error.code != EROFS {
        do {
          return (try handle(directory, MDB_RDONLY, mapSize), false, nil)
        } catch let error as LMDBError where error.isRefusal {}
      }
      let lock = try SharedLock(directory)
      return (try handle(directory, MDB_RDONLY | MDB_NOLOCK, mapSize), false, lock)
    }
  }

  private static func handle(
    _ directory: String, _ flags: Int32, _ mapSize: Int
  ) throws -> OpaquePointer {
    var handle: OpaquePointer?
    try LMDBError.check(mdb_env_create(&handle), "mdb_env_create")
    guard let handle else { throw LMDBError(code: ENOMEM, operation: "mdb_env_create") }
    mdb_env_set_maxdbs(handle, 2)
    mdb_env_set_maxreaders(handle, UInt32(ReaderTable.places))
    mdb_env_set_mapsize(handle, mapSize)
    do {
      try LMDBError.check(
        mdb_env_open(handle, directory, UInt32(MDB_NOTLS | flags), 0o644), "mdb_env_open")
    } catch {
      mdb_env_close(handle)
      throw error
    }
    // liblmdb leaves it to children, among them what describes a trap of this process.
    var data: mdb_filehandle_t = -1
    if mdb_env_get_fd(handle, &data) == 0 { _ = fcntl(data, F_SETFD, FD_CLOEXEC) }
    return handle
  }

  /// The size of a map to begin with, of at most half of what address space is left where that is
  /// limited; it grows later. Threads need some too: libdispatch waits for ever where it can make
  /// none.
  static func fitting(_ mapSize: Int) -> Int {
    var size = mapSize
    while size > 1 << 26 && !AddressSpace.has(size * 2) { size /= 2 }
    return size
  }

  static func makeDatabases(_ environment: OpaquePointer) throws -> (MDB_dbi, MDB_dbi) {
    let transaction = try WriteTransaction(environment)
    let pair = (
      try database(transaction.handle, "journal", UInt32(MDB_CREATE)),
      try database(transaction.handle, "tensors", UInt32(MDB_CREATE))
    )
    try transaction.commit()
    return pair
  }

  /// Opens the databases of a file that somebody else may have damaged.
  static func databases(
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
}

extension Environment {
  /// Half of what a process can map: so that no count of bytes overflows.
  static let largestFile = 1 << 46

  /// A map with room for a file to double, and never a small one.
  static func mapSize(for path: String) -> Int {
    let size = (try? FileStatus(path).size) ?? 0
    return max(roomyMap, 2 * min(size, largestFile))
  }
}

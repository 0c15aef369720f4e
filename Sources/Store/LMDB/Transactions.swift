import CLMDB

/// What both kinds of transaction can do: look up.
protocol Reading: ~Copyable {
  var handle: OpaquePointer { get }
}

extension Reading where Self: ~Copyable {
  /// The value of `key`, straight from the map: valid until the transaction ends or writes.
  func value(_ database: MDB_dbi, _ key: Key) throws -> UnsafeRawBufferPointer? {
    try key.withValue { key in
      var value = MDB_val()
      let code = mdb_get(handle, database, &key, &value)
      if code == MDB_NOTFOUND { return nil }
      try LMDBError.check(code, "mdb_get")
      return UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    }
  }

  /// The database's tree: entries, depth and pages.
  func statistics(_ database: MDB_dbi) throws -> MDB_stat {
    var statistics = MDB_stat()
    try LMDBError.check(mdb_stat(handle, database, &statistics), "mdb_stat")
    return statistics
  }

  /// The transaction's snapshot, by number.
  var identity: Int { mdb_txn_id(handle) }
}

/// A snapshot of the pool. Ends with the scope it lives in.
struct ReadTransaction: ~Copyable, Reading {
  let handle: OpaquePointer

  init(_ environment: OpaquePointer) throws {
    var handle: OpaquePointer?
    let code = mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &handle)
    guard code == MDB_SUCCESS, let handle else {
      throw LMDBError(code: code, operation: "mdb_txn_begin")
    }
    self.handle = handle
  }

  deinit { mdb_txn_abort(handle) }
}

/// The one change in progress. Aborted unless committed; stays on the thread that began it.
struct WriteTransaction: ~Copyable, Reading {
  let handle: OpaquePointer

  init(_ environment: OpaquePointer) throws {
    var handle: OpaquePointer?
    let code = mdb_txn_begin(environment, nil, 0, &handle)
    guard code == MDB_SUCCESS, let handle else {
      throw LMDBError(code: code, operation: "mdb_txn_begin")
    }
    self.handle = handle
  }

  deinit { mdb_txn_abort(handle) }

  /// Makes room for `count` bytes under a key greater than all before, to be filled before the
  /// next call.
  func reserve(_ database: MDB_dbi, _ key: Key, count: Int) throws -> UnsafeMutableRawBufferPointer
  {
    try key.withValue { key in
      var value = MDB_val(mv_size: count, mv_data: nil)
      let flags = UInt32(MDB_RESERVE | MDB_APPEND)
      try LMDBError.check(mdb_put(handle, database, &key, &value, flags), "mdb_put")
      return UnsafeMutableRawBufferPointer(start: value.mv_data, count: value.mv_size)
    }
  }

  /// Removes `key`; false where it is not there.
  @discardableResult
  func remove(_ database: MDB_dbi, _ key: Key) throws -> Bool {
    try key.withValue { key in
      let code = mdb_del(handle, database, &key, nil)
      if code == MDB_NOTFOUND { return false }
      try LMDBError.check(code, "mdb_del")
      return true
    }
  }

  /// Makes the change durable.
  consuming func commit() throws {
    let handle = handle
    // mdb_txn_commit frees the handle whatever it returns.
    discard self
    try LMDBError.check(mdb_txn_commit(handle), "mdb_txn_commit")
  }
}

import CSQLite
import Foundation
import GRDB

/// The writing side of index.sqlite. Whoever holds one holds the writer lock.
final class IndexWriter: Sendable {
  private let queue: DatabaseQueue

  /// Reads an entry of the journal with its tensors, for catching up.
  typealias Journal = @Sendable (Int64) throws -> (Entry, Projection.Bytes)

  /// Opens the index and applies what it lacks; makes it anew where it is missing, damaged, of
  /// another version, or may not be written.
  ///
  /// - Throws: `PoolError` with code `damage` where the index was made from another journal.
  init(_ files: PoolFiles, head: (sequence: Int64, digest: String), journal: @escaping Journal)
    throws
  {
    if let queue = try? Self.existing(files), let state = Self.state(queue) {
      try state.check(against: head) { try journal($0).0 }
      self.queue = queue
    } else {
      try Self.rebuild(files, head: head, journal: journal)
      queue = try Self.existing(files)
    }
    try Self.catchUp(queue, to: head.sequence, journal)
  }

  /// Applies the next entries; visible after `commit` alone. What it throws, or what an entry
  /// contradicts, leaves the index as it was.
  func stage(_ entries: [(entry: Entry, bytes: Projection.Bytes)]) throws {
    try staging { db in
      for (entry, bytes) in entries { try Projection(db: db).apply(entry, bytes) }
    }
  }

  /// As `stage`, of the one next entry, whose digests are still being computed: `record` has to
  /// follow. Candidates that were there already are refused.
  func stageContent(of entry: Entry, _ bytes: @escaping Projection.Bytes) throws {
    try staging { db in
      try Projection(db: db).applyContent(of: entry, bytes)
      if try Bool.fetchOne(
        db, sql: "SELECT 1 FROM conflicts WHERE item >= ?",
        arguments: [Item.range(of: entry.sequence).lowerBound])
        != nil
      {
        throw Projection.Contradiction("a candidate is in the pool already")
      }
    }
  }

  private func staging(_ body: (Database) throws -> Void) throws {
    try queue.inDatabase { db in
      try db.beginTransaction(.immediate)
      do {
        try body(db)
      } catch {
        try? db.rollback()
        throw error
      }
    }
  }

  /// Completes what `stageContent` staged.
  func record(_ entry: Entry) throws {
    try queue.inDatabase { try Projection(db: $0).record(entry) }
  }

  /// Makes what was staged visible. The journal holds it already.
  func commit() throws {
    try queue.inDatabase { db in
      do {
        try db.commit()
      } catch {
        try? db.rollback()
        throw PoolError(
          .failure, "The last entry is stored, but the index could not follow.",
          remedy: "The next command that writes catches up; or: psrdb reindex", cause: error)
      }
    }
  }

  /// Forgets what was staged.
  func rollback() {
    queue.inDatabase { db in
      // Where it fails there is nothing to be taken back.
      try? db.rollback()
    }
  }

  /// Moves what readers would have to look up in the log into the index, and ends.
  func close() throws {
    try queue.inDatabase { db in
      try db.execute(sql: "PRAGMA optimize")
      _ = try? db.checkpoint(.truncate)
    }
    try queue.close()
  }

  private static func configuration(_ script: String) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.allowsUnsafeTransactions = true  // staged in one access, committed in another
    configuration.prepareDatabase { try $0.execute(sql: script) }
    return configuration
  }

  /// Opens the index that is there.
  private static func existing(_ files: PoolFiles) throws -> DatabaseQueue {
    try PoolFiles.requireWritable(files.index)
    // psrdb leaves none: a stranger's may name any file, which SQLite would remove with it.
    guard !FileManager.default.fileExists(atPath: files.index + "-journal") else {
      throw DatabaseError(message: "a rollback journal that psrdb has not made")
    }
    // NORMAL: a power cut may take the last entries' rows, never the index's wholeness, and the
    // journal, which is durable first, gives them back.
    var configuration = configuration(
      """
      PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      """)
    configuration.prepareDatabase { db in
      guard let connection = db.sqliteConnection else { return }
      try SQLite.check(psr_sqlite_defend(connection), connection)
    }
    let queue = try DatabaseQueue(path: files.index, configuration: configuration)
    let isOurs = try queue.read { db in
      try String.fetchAll(db, sql: Schema.definitionsQuery).map(Schema.plain)
        == Schema.definitions()
    }
    guard isOurs else { throw DatabaseError(message: "another schema") }
    return queue
  }

  /// How far the index has come; nil where it does not say.
  private static func state(_ queue: DatabaseQueue) -> IndexState? {
    let row = try? queue.read {
      try Row.fetchOne($0, sql: "SELECT pool, applied, digest FROM state")
    }
    // A damaged index may hold values of other types than its columns'.
    guard let row, let pool = String.fromDatabaseValue(row["pool"]),
      let applied = Int64.fromDatabaseValue(row["applied"]),
      let digest = String.fromDatabaseValue(row["digest"])
    else { return nil }
    return IndexState(pool: pool, applied: applied, digest: digest)
  }

  private static func catchUp(
    _ queue: DatabaseQueue, to last: Int64, _ journal: Journal
  ) throws {
    var next = try queue.read { db in
      (try Int64.fetchOne(db, sql: "SELECT applied FROM state") ?? 0) + 1
    }
    // Some entries to a transaction: one flush for many, and a bounded log.
    while next <= last {
      let end = min(next + 64, last + 1)
      try queue.write { db in
        for sequence in next..<end {
          try apply(sequence, db, journal)
        }
      }
      next = end
    }
  }

  private static func apply(_ sequence: Int64, _ db: Database, _ journal: Journal) throws {
    let (entry, bytes) = try journal(sequence)
    do {
      try Projection(db: db).apply(entry, bytes)
    } catch  where error is Projection.Contradiction || SQLite.isConflict(error) {
      throw PoolError.damage("Journal entry \(sequence) contradicts the journal.", cause: error)
    }
  }

  /// Makes the index anew beside the old one and puts it in its place. What it throws leaves
  /// nothing beside it.
  static func rebuild(
    _ files: PoolFiles, head: (sequence: Int64, digest: String), journal: Journal
  ) throws {
    let building = files.index + ".new"
    clear(files)
    do {
      try begin(building, files)
      try fill(building, head: head, journal: journal)
      try swap(building, files)
    } catch {
      clear(files)
      throw error
    }
  }

  /// Removes what making an index anew left that was killed.
  static func clear(_ files: PoolFiles) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: files.index + ".new" + suffix)
    }
  }

  /// Makes an empty file that whoever may read the pool, and nobody else, may read, and that its
  /// maker may write.
  private static func begin(_ building: String, _ files: PoolFiles) throws {
    let descriptor = Foundation.open(building, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", building) }
    Foundation.close(descriptor)
    let isThere = FileManager.default.fileExists(atPath: files.index)
    PoolFiles.copyOwner(of: files.data, to: building)
    try PoolFiles.copyPermissions(
      of: isThere ? files.index : files.data, to: building, adding: 0o600)
  }

  private static func fill(
    _ building: String, head: (sequence: Int64, digest: String), journal: Journal
  ) throws {
    let queue = try DatabaseQueue(
      path: building,
      // Appending writes many rows to few places: large pages are fewer calls.
      configuration: configuration(
        "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"))
    try project(into: queue, head: head, journal: journal)
    try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    try queue.close()
  }

  private static func swap(_ building: String, _ files: PoolFiles) throws {
    try PoolFiles.synchronize(building)
    // The old log must not meet the new index, nor the old index lose its log: the index goes
    // first, and each step is on disk before the next. Between them there is no index: readers wait
    // (`QueryConnection`), and the next to come after a crash makes it.
    for suffixes in [[""], ["-wal", "-shm", "-journal"]] {
      for suffix in suffixes {
        if unlink(files.index + suffix) != 0 && errno != ENOENT {
          throw SystemError("unlink", files.index + suffix)
        }
      }
      try PoolFiles.synchronize(files.directory)
    }
    guard rename(building, files.index) == 0 else { throw SystemError("rename", building) }
    try PoolFiles.synchronize(files.directory)
  }

  /// Applies the whole journal to an empty database.
  static func project(
    into queue: DatabaseQueue, head: (sequence: Int64, digest: String), journal: Journal
  ) throws {
    try queue.write { db in
      try db.execute(sql: Schema.script)
      if head.sequence > 0 {
        for sequence in 1...head.sequence { try apply(sequence, db, journal) }
      }
    }
  }
}

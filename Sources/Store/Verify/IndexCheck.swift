import Dispatch
import GRDB
import Synchronization

/// Compares the index with what the journal says it must be, by making it again in memory.
enum IndexCheck {
  private static let remedy = "psrdb reindex makes it anew from the journal."

  static func findings(
    _ files: PoolFiles, deep: Bool, head: (sequence: Int64, digest: String),
    journal: @escaping IndexWriter.Journal
  ) throws -> [Finding] {
    // Read by one thread at a time.
    nonisolated(unsafe) let index: QueryConnection
    let state: IndexState
    do {
      index = try QueryConnection(files, asOf: nil, isFrozen: true)
      let row = try index.query("SELECT pool, applied, digest FROM state", [], .init()).rows.first
      guard let row, let pool = row[0].string, let applied = row[1].int, let digest = row[2].string
      else { throw PoolError.damage("It does not say how far it has come.") }
      state = IndexState(pool: pool, applied: Int64(applied), digest: digest)
    } catch {
      return [missing(error)]
    }
    var foreign: Finding?
    do {
      try state.check(against: head) { try journal($0).0 }
    } catch let error as PoolError {
      foreign = Finding(
        id: "index-foreign", what: error.message, where: "index.sqlite", remedy: error.remedy)
    }
    let isForeign = foreign != nil
    let tables = try Schema.tables()
    // Both at once: the index is read while the journal's is made.
    let there = Mutex<There>(.damaged(missing("nobody read it")))
    let expected = Mutex<Result<[UInt64], any Error>>(.success([]))
    DispatchQueue.concurrentPerform(iterations: 2) { side in
      if side == 0 {
        let found = Self.there(index, tables, deep: deep)
        there.withLock { $0 = found }
      } else if !isForeign {
        let made = Result { try Self.expected(tables, state, journal) }
        expected.withLock { $0 = made }
      }
    }
    switch there.withLock({ $0 }) {
    case .damaged(let finding):
      return [finding]
    case .readable(let contents):
      if let foreign { return [foreign] }
      do {
        let expected = try expected.withLock { try $0.get() }
        return zip(tables, zip(contents, expected)).compactMap { table, pair in
          pair.0 == pair.1
            ? nil
            : Finding(
              id: "index-content", what: "Table \(table) is not what the journal says.",
              where: "index.sqlite", remedy: remedy)
        }
      } catch {
        return [
          Finding(
            id: "journal-contradiction", what: "\(error)", where: "data.mdb",
            remedy: "Restore data.mdb from a backup, or make the pool again from its recipe.")
        ]
      }
    }
  }

  /// The index as it is: a hash of each table, nil where its pages cannot be read to their end.
  private enum There {
    case damaged(Finding)
    case readable([UInt64?])
  }

  private static func there(_ index: QueryConnection, _ tables: [String], deep: Bool) -> There {
    do {
      // SQLite's own word on its pages, and with `deep` on its indexes.
      let check = try index.query(
        deep ? "PRAGMA integrity_check" : "PRAGMA quick_check", [], .init())
      guard check.rows == [["ok"]] else {
        let first = check.rows.first?.first?.string ?? "not whole"
        return .damaged(
          Finding(id: "index-damaged", what: first, where: "index.sqlite", remedy: remedy))
      }
    } catch {
      return .damaged(missing(error))
    }
    return .readable(tables.map { try? index.fingerprint($0) })
  }

  /// A hash of each table as the journal makes it.
  private static func expected(
    _ tables: [String], _ state: IndexState, _ journal: IndexWriter.Journal
  ) throws -> [UInt64] {
    let queue = try DatabaseQueue()
    try IndexWriter.project(
      into: queue, head: (state.applied, state.digest), isAsked: false, journal: journal)
    return try queue.read { db in
      guard let connection = db.sqliteConnection else { throw DatabaseError(message: "closed") }
      return try tables.map { try SQLite.fingerprint(connection, $0) }
    }
  }

  private static func missing(_ error: Any) -> Finding {
    Finding(id: "index-missing", what: "\(error)", where: "index.sqlite", remedy: remedy)
  }
}

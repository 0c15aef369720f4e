import GRDB

/// What the journal says the index holds besides plain rows (`PlainRows`), in a database of its
/// own: everything of the tables that have none, and the versions, candidates and images that other
/// entries refer to or change.
///
/// The database is a temporary file, which takes memory as its cache allows and no more.
///
/// Used by one thread at a time.
final class Remainder: @unchecked Sendable {
  private let queue: DatabaseQueue
  private let index: QueryConnection
  private let sizeOfBatch: Comparison
  private let itemOfCandidate: Comparison
  /// Batches whose candidates are not all new: their rows are here, not among the plain ones.
  private(set) var whole: Set<Int64> = []
  /// Rows that were made singly, by table: plain ones, or changed from such.
  private var single: [String: Int] = [:]

  /// Tables whose rows are plain but for a few.
  static let mixed = ["candidates", "versions"]
  static let plain = ["images", "scores"]

  /// Applies entries, in order.
  ///
  /// - Throws: `Projection.Contradiction` and `PoolError` where they contradict themselves.
  init(_ entries: [Entry], _ index: QueryConnection, _ bytes: @escaping PlainRows.Bytes) throws {
    self.index = index
    sizeOfBatch = try index.comparison(
      """
      SELECT (SELECT count(*) FROM main.candidates WHERE item BETWEEN ?1 AND ?2),
        (SELECT count(*) FROM main.versions WHERE item BETWEEN ?1 AND ?2)
      """)
    itemOfCandidate = try index.comparison("SELECT item FROM main.candidates WHERE id = ?")
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(
        sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;")
    }
    queue = try DatabaseQueue(path: "", configuration: configuration)
    try queue.write { db in
      try db.execute(sql: Schema.script)
      let rows = try SingleRows(db, entries, bytes)
      for entry in entries {
        let batch = Batch(entry: entry, bytes: { try bytes(entry, $0) })
        try batch.check()
        try makeReferences(of: batch, rows)
        let isWhole = try makeConflicts(of: batch, rows)
        if isWhole { whole.insert(entry.sequence) }
        try Projection(db: db, hasPlainRows: isWhole).apply(entry, batch.bytes)
      }
      single = rows.counts
    }
  }

  /// Makes the rows that an entry's tensors point to.
  private func makeReferences(of batch: Batch, _ rows: SingleRows) throws {
    for name in ["parents", "picks", "rows"] {
      for label in batch.classes(name) {
        for item in try batch.items(name, label) {
          try rows.make(item, before: batch.sequence)
        }
      }
    }
  }

  /// Whether some of a batch's candidates were there before it; makes those.
  private func makeConflicts(of batch: Batch, _ rows: SingleRows) throws -> Bool {
    guard case .generate(let content) = batch.entry.content else { return false }
    let candidates = try CandidateRows(content, batch)
    let items = Item.range(of: batch.sequence)
    try sizeOfBatch.ask(.integer(items.lowerBound), .integer(items.upperBound))
    let size = Value(candidates.count)
    if try sizeOfBatch.next() == [size, size] { return false }
    for row in 0..<candidates.count {
      try itemOfCandidate.ask(.text(candidates.id(row)))
      guard let item = try itemOfCandidate.next()?.first?.int else { continue }
      try rows.make(Int64(item), before: batch.sequence)
    }
    return true
  }

  // MARK: comparing

  /// Whether the row of an item is here, not among the plain ones.
  func holds(_ table: String, _ item: Value) throws -> Bool {
    try queue.read { db in
      try Bool.fetchOne(
        db, sql: "SELECT 1 FROM \(table) WHERE item = ?", arguments: [item.int]) != nil
    }
  }

  /// The tables of the index that hold anything else.
  ///
  /// - Parameter plain: how many plain rows each table has.
  func differences(plain: [String: Int]) throws -> Set<String> {
    try queue.read { db in
      guard let connection = db.sqliteConnection else { throw DatabaseError(message: "closed") }
      var differences: Set<String> = []
      for table in try Schema.tables() where !(Self.mixed + Self.plain).contains(table) {
        let there = try? index.fingerprint(table)
        if try there != SQLite.fingerprint(connection, table) { differences.insert(table) }
      }
      for table in Self.mixed {
        // Rows that were made singly are here as the journal makes and changes them.
        let there = try index.comparison("SELECT * FROM main.\(table) WHERE item = ?")
        there.differs = { _ in differences.insert(table) }
        let rows = try Comparison(connection, "SELECT * FROM main.\(table)")
        while let row = try rows.next() {
          try there.ask(row[0])
          try there.compare(row)
        }
      }
      for table in Self.mixed + Self.plain {
        let here = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
        let expected = plain[table, default: 0] + here - single[table, default: 0]
        let there = try index.comparison("SELECT count(*) FROM main.\(table) NOT INDEXED")
        if try there.next() != [Value(expected)] { differences.insert(table) }
      }
      return differences
    }
  }
}

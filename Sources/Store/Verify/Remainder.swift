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
  /// Batches whose candidates are not all new: their rows are here, not among the plain ones.
  private(set) var whole: Set<Int64> = []
  /// Rows that were taken from the index, by table: they are plain ones, or changed from such.
  private var taken: [String: Int] = [:]

  /// Tables whose rows are plain but for a few.
  static let mixed = ["candidates", "versions"]
  static let plain = ["images", "scores"]

  /// Applies entries, in order.
  ///
  /// - Throws: `Projection.Contradiction` and `PoolError` where they contradict themselves.
  init(_ entries: [Entry], _ index: QueryConnection, _ bytes: @escaping PlainRows.Bytes) throws {
    self.index = index
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(
        sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;")
    }
    queue = try DatabaseQueue(path: "", configuration: configuration)
    try queue.write { db in
      try db.execute(sql: Schema.script)
      let lookup = try Lookup(index)
      for entry in entries {
        let batch = Batch(entry: entry, bytes: { try bytes(entry, $0) })
        try batch.check()
        try takeReferences(of: batch, lookup, db)
        let isWhole = try takeConflicts(of: batch, lookup, db)
        if isWhole { whole.insert(entry.sequence) }
        try Projection(db: db, hasPlainRows: isWhole).apply(entry, batch.bytes)
      }
    }
  }

  // MARK: rows taken from the index

  /// Questions about single rows of the index. As other entries have left them: what they changed
  /// is undone, and done again by the projection.
  private struct Lookup {
    let version: Comparison
    let candidate: Comparison
    let image: Comparison
    let itemOfCandidate: Comparison
    let sizeOfBatch: Comparison

    init(_ index: QueryConnection) throws {
      version = try index.comparison(
        """
        SELECT item, id, candidate, version, class, accepted, parent, refinement, entry, row,
          created, NULL FROM main.versions WHERE item = ? AND version = 0
        """)
      candidate = try index.comparison(
        """
        SELECT item, id, class, number, generation, plan, seed, 0, entry, row, created, NULL
        FROM main.candidates WHERE item = ?
        """)
      image = try index.comparison("SELECT * FROM main.images WHERE item = ?")
      itemOfCandidate = try index.comparison("SELECT item FROM main.candidates WHERE id = ?")
      sizeOfBatch = try index.comparison(
        """
        SELECT (SELECT count(*) FROM main.candidates WHERE item BETWEEN ?1 AND ?2),
          (SELECT count(*) FROM main.versions WHERE item BETWEEN ?1 AND ?2)
        """)
    }
  }

  /// Takes the rows that an entry's tensors point to.
  private func takeReferences(of batch: Batch, _ lookup: Lookup, _ db: Database) throws {
    for name in ["parents", "picks", "rows"] {
      for label in batch.classes(name) {
        for item in try batch.items(name, label) {
          // Nothing that comes later can be referred to.
          guard item < Item.range(of: batch.sequence).lowerBound else { continue }
          try take("images", lookup.image, .integer(item), db)
          try take("versions", lookup.version, .integer(item), db)
          if batch.entry.kind == .drop { try takeCandidate(of: item, lookup, db) }
        }
      }
    }
  }

  /// Takes the candidate of a version, with its version 0.
  private func takeCandidate(of item: Int64, _ lookup: Lookup, _ db: Database) throws {
    let candidate = try String.fetchOne(
      db, sql: "SELECT candidate FROM versions WHERE item = ?", arguments: [item])
    try lookup.itemOfCandidate.ask(Value(candidate))
    guard let first = try lookup.itemOfCandidate.next()?.first else { return }
    try take("candidates", lookup.candidate, first, db)
    try take("versions", lookup.version, first, db)
  }

  /// Whether some of a batch's candidates were there before it; takes those.
  private func takeConflicts(of batch: Batch, _ lookup: Lookup, _ db: Database) throws -> Bool {
    guard case .generate(let content) = batch.entry.content else { return false }
    let rows = try CandidateRows(content, batch)
    let items = Item.range(of: batch.sequence)
    try lookup.sizeOfBatch.ask(.integer(items.lowerBound), .integer(items.upperBound))
    if try lookup.sizeOfBatch.next() == [Value(rows.count), Value(rows.count)] { return false }
    for row in 0..<rows.count {
      try lookup.itemOfCandidate.ask(.text(rows.id(row)))
      guard let item = try lookup.itemOfCandidate.next()?.first, let number = item.int,
        number < items.lowerBound
      else { continue }
      try take("candidates", lookup.candidate, item, db)
    }
    return true
  }

  private func take(
    _ table: String, _ row: Comparison, _ key: Value, _ db: Database
  ) throws {
    try row.ask(key)
    guard let values = try row.next() else { return }
    let columns = Array(repeating: "?", count: values.count).joined(separator: ",")
    let statement = try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO \(table) VALUES (\(columns))")
    try statement.execute(arguments: StatementArguments(values.map(\.databaseValue)))
    taken[table, default: 0] += db.changesCount
  }

  // MARK: comparing

  /// Whether the row of an item is here, not among the plain ones.
  func holds(_ table: String, _ item: Value) throws -> Bool {
    try queue.read { db in
      try Bool.fetchOne(
        db, sql: "SELECT 1 FROM \(table) WHERE item = ?", arguments: [item.databaseValue]) != nil
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
        let expected = plain[table, default: 0] + here - taken[table, default: 0]
        let there = try index.comparison("SELECT count(*) FROM main.\(table) NOT INDEXED")
        if try there.next() != [Value(expected)] { differences.insert(table) }
      }
      return differences
    }
  }
}

extension Value {
  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.databaseValue
    }
  }
}

import GRDB

/// Makes single plain rows in a database that is to have no others.
final class SingleRows {
  private let entries: [Entry]
  private let bytes: PlainRows.Bytes
  private let candidates: Inserter
  private let versions: Inserter
  private let images: Inserter
  /// Data sets whose images were asked for.
  private var splits: [Int64: ImageRows] = [:]
  /// Rows made, by table.
  private(set) var counts: [String: Int] = [:]

  /// - Parameter entries: the journal's, from the first.
  init(_ db: Database, _ entries: [Entry], _ bytes: @escaping PlainRows.Bytes) throws {
    self.entries = entries
    self.bytes = bytes
    func inserter(_ table: String, _ columns: Int) throws -> Inserter {
      try Inserter(db, table, columns: columns, suffix: "ON CONFLICT DO NOTHING")
    }
    candidates = try inserter("candidates", 11)
    versions = try inserter("versions", 12)
    images = try inserter("images", 9)
  }

  /// Makes the rows of an item of an entry before another, if it is there and they are not.
  func make(_ item: Int64, before sequence: Int64) throws {
    let place = Item.parts(item)
    guard place.entry < sequence, entries.indices.contains(Int(place.entry) - 1) else { return }
    let entry = entries[Int(place.entry) - 1]
    let batch = Batch(entry: entry, bytes: { [bytes] in try bytes(entry, $0) })
    switch entry.content {
    case .generate(let content) where content.class == place.class:
      let rows = try CandidateRows(content, batch)
      guard place.row < rows.count else { return }
      var isNew = true
      try rows.put(candidates, versions, only: place.row..<place.row + 1) { _, _, _ in
        isNew = false
      }
      if isNew { count("candidates", "versions") }
    case .dataset(let content):
      let rows = try splits[entry.sequence] ?? ImageRows(content, batch)
      splits[entry.sequence] = rows
      if try rows.put(images, only: place.class, place.row) { count("images") }
    default: break
    }
  }

  private func count(_ tables: String...) {
    for table in tables { counts[table, default: 0] += 1 }
  }
}

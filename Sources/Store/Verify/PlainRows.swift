/// Holds the rows of the index that follow from one entry alone against that entry: candidates,
/// versions as generated, images, scores. As they are made, so that none are kept.
struct PlainRows {
  /// The bytes of an entry's tensor with a number.
  typealias Bytes = @Sendable (Entry, Int) throws -> [UInt8]

  private let candidates: Comparison
  private let versions: Comparison
  private let images: Comparison
  private let scores: Comparison
  private let bytes: Bytes
  private let found: Found

  /// What was found so far.
  private final class Found {
    var counts: [String: Int] = [:]
    var differences: Set<String> = []
  }

  /// Rows by table.
  var counts: [String: Int] { found.counts }
  /// Tables that hold anything else.
  var differences: Set<String> { found.differences }

  /// - Parameter isElsewhere: whether an item's row of a table is looked after elsewhere.
  init(
    _ index: QueryConnection, _ bytes: @escaping Bytes,
    isElsewhere: @escaping (_ table: String, _ item: Value) throws -> Bool
  ) throws {
    func rows(_ table: String, _ condition: String = "") throws -> Comparison {
      try index.comparison(
        "SELECT * FROM main.\(table) WHERE item BETWEEN ? AND ?\(condition) ORDER BY item")
    }
    candidates = try rows("candidates")
    versions = try rows("versions")
    images = try rows("images")
    scores = try rows("scores", " AND scoring = ?")
    self.bytes = bytes
    let found = Found()
    self.found = found
    for (table, comparison) in [
      "candidates": candidates, "versions": versions, "images": images, "scores": scores,
    ] {
      comparison.differs = { item in
        if try !isElsewhere(table, item) { found.differences.insert(table) }
      }
    }
  }

  /// Holds an entry's rows against the index.
  ///
  /// - Throws: `Projection.Contradiction` and `PoolError` where the entry contradicts itself.
  func compare(_ entry: Entry) throws {
    let bytes = bytes
    let batch = Batch(entry: entry, bytes: { try bytes(entry, $0) })
    let items = Item.range(of: entry.sequence)
    let (first, last) = (Value.integer(items.lowerBound), Value.integer(items.upperBound))
    switch entry.content {
    case .generate(let content):
      let rows = try CandidateRows(content, batch)
      try candidates.ask(first, last)
      try versions.ask(first, last)
      try rows.put(candidates, versions) { _, _, _ in }
      try candidates.end()
      try versions.end()
      count(rows.count, "candidates", "versions")
    case .dataset(let content):
      let rows = try ImageRows(content, batch)
      try images.ask(first, last)
      try rows.put(images)
      try images.end()
      count(rows.count, "images")
    case .score(let content):
      let rows = try ScoreRows(content, batch)
      let items = Item.range(of: content.target, class: content.class)
      try scores.ask(
        .integer(items.lowerBound), .integer(items.upperBound), .text(content.scoring))
      try rows.put(scores)
      try scores.end()
      count(rows.count, "scores")
    default: break
    }
  }

  private func count(_ rows: Int, _ tables: String...) {
    for table in tables { found.counts[table, default: 0] += rows }
  }
}

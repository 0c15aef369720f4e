import Store

/// Counts a pool's candidates by class, a batch at a time: a question that groups them all by class
/// would sort them all in memory.
struct ClassCounts {
  private let pool: Pool
  private let asOf: Int64?
  /// The first there is: a version that has several counts once.
  private let scoring: Value

  init(_ pool: Pool, asOf: Int64?) throws {
    self.pool = pool
    self.asOf = asOf
    let first = try pool.query("SELECT scoring FROM scorings ORDER BY entry LIMIT 1", asOf: asOf)
    scoring = first.rows.first?.first ?? .null
  }

  private func rows(_ sql: String, _ arguments: [Value] = []) throws -> [[Value]] {
    try pool.query(sql, arguments, asOf: asOf).rows
  }

  /// The classes that have versions, in order.
  func classes() throws -> [Info.Class] {
    var classes: [Int: Info.Class] = [:]
    func change(_ label: Int, _ body: (inout Info.Class) -> Void) {
      body(
        &classes[
          label,
          default: Info.Class(
            class: label, name: nil, candidates: 0, versions: 0, correct: 0, scored: 0)])
    }
    for batch in try rows("SELECT class, entry FROM generations ORDER BY entry") {
      guard let label = batch[0].int, let entry = batch[1].int else { continue }
      let counts = try counts(of: Int64(entry))
      if counts.versions == 0 { continue }
      change(label) {
        $0.candidates += counts.versions
        $0.versions += counts.versions
        $0.scored += counts.scored
        $0.correct += counts.correct
      }
    }
    for row in try rows(
      """
      SELECT v.class, count(*),
        count(DISTINCT CASE WHEN (SELECT 1 FROM versions AS o WHERE o.id = v.candidate || '@0')
          IS NULL THEN candidate END), count(s.item), sum(coalesce(s.correct, 0))
      FROM versions AS v LEFT JOIN scores AS s ON s.item = v.item AND s.scoring = ?
      WHERE version > 0 GROUP BY v.class
      """, [scoring])
    {
      change(row[0].int ?? 0) {
        $0.versions += row[1].int ?? 0
        $0.candidates += row[2].int ?? 0
        $0.scored += row[3].int ?? 0
        $0.correct += row[4].int ?? 0
      }
    }
    for row in try rows("SELECT class, name FROM pool_classes") {
      if let label = row[0].int, classes[label] != nil { change(label) { $0.name = row[1].string } }
    }
    return classes.values.sorted { $0.class < $1.class }
  }

  /// The versions an entry of `generate` brought that live, those of them that have scores, and
  /// those that the teacher takes for their class.
  private func counts(of entry: Int64) throws -> (versions: Int, scored: Int, correct: Int) {
    let items = Item.range(of: entry)
    let row = try rows(
      """
      SELECT count(*), count(s.item), sum(coalesce(s.correct, 0))
      FROM versions AS v LEFT JOIN scores AS s ON s.item = v.item AND s.scoring = ?
      WHERE v.item BETWEEN ? AND ?
      """, [scoring, .integer(items.lowerBound), .integer(items.upperBound)]
    ).first
    return (row?[0].int ?? 0, row?[1].int ?? 0, row?[2].int ?? 0)
  }
}

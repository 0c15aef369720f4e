import Store

/// The candidates of whole generations, as generated, by batch instead of by row.
struct GeneratedRows {
  let slice: CandidateSlice
  let pool: Pool
  let asOf: Int64?

  private struct Batch {
    var entry: Int64
    /// Number of the candidate in row 0.
    var first: Int
    var plan: String
    var rows: [Int]
  }

  func classes() throws -> [CandidateSlice.Members] {
    try batches().sorted { $0.key < $1.key }.compactMap { label, batches in
      let rows = Self.ordered(batches)
      return rows.isEmpty ? nil : CandidateSlice.Members(label: label, rows: rows)
    }
  }

  /// The batches of each class, by their first candidate.
  private func batches() throws -> [Int: [Batch]] {
    var conditions = ["1"]
    var arguments: [Value] = [.text(slice.scoring)]
    if !slice.classes.isEmpty {
      conditions.append(
        "g.class IN (\(slice.classes.map(String.init).joined(separator: ", ")))")
    }
    if let generation = slice.generation {
      conditions.append("g.generation = ?")
      arguments.append(.text(generation))
    }
    let items = "(g.entry << 36) + (g.class << 22)"
    let table = try pool.query(
      """
      SELECT g.class, g.entry, g.first, g.plan, g.candidates, coalesce(s.items, 0),
        (SELECT count(*) FROM versions WHERE item BETWEEN \(items) AND \(items) + 4194303)
      FROM generations AS g LEFT JOIN scorings AS s
        ON s.target = g.entry AND s.class = g.class AND s.scoring = ?
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY g.class, g.first, g.plan
      """, arguments, asOf: asOf)
    var result: [Int: [Batch]] = [:]
    for row in table.rows {
      guard let label = row[0].int, let entry = row[1].int, let first = row[2].int,
        let plan = row[3].string, let candidates = row[4].int, let scored = row[5].int,
        let live = row[6].int, (0...Int.max - Item.maximumRow - 1).contains(first),
        (0...Item.maximumRow + 1).contains(candidates)
      else { continue }
      // Some may have been dropped, or have come by a merge that knew them already.
      let rows =
        live == candidates ? Array(0..<candidates) : try self.live(Int64(entry), label)
      result[label, default: []].append(
        Batch(
          entry: Int64(entry), first: first, plan: plan,
          rows: slice.needsScores ? rows.filter { $0 < scored } : rows))
    }
    return result
  }

  private func live(_ entry: Int64, _ label: Int) throws -> [Int] {
    let items = Item.range(of: entry, class: label)
    return try pool.query(
      "SELECT row FROM versions WHERE item BETWEEN ? AND ? ORDER BY item",
      [.integer(items.lowerBound), .integer(items.upperBound)], asOf: asOf
    ).rows.compactMap { $0[0].int }
  }

  /// Rows by the candidate's number, then plan.
  private static func ordered(_ batches: [Batch]) -> [CandidateSlice.Place] {
    let batches = batches.filter { !$0.rows.isEmpty }
    func places(_ batch: Batch) -> [CandidateSlice.Place] {
      batch.rows.map { CandidateSlice.Place(entry: batch.entry, row: $0) }
    }
    // As a rule each begins after the one before; those that a merge brought may begin within.
    let areInOrder = zip(batches, batches.dropFirst()).allSatisfy { batch, next in
      batch.first + (batch.rows.last ?? 0) < next.first + (next.rows.first ?? 0)
    }
    if areInOrder { return batches.flatMap(places) }
    let rows = batches.flatMap { batch in
      zip(batch.rows, places(batch)).map { (batch.first + $0, batch.plan, $1) }
    }
    return rows.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}

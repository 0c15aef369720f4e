import GRDB

extension Projection {
  func apply(_ content: ScoreContent, _ batch: Batch) throws {
    guard let seed = Int64(exactly: content.seed) else {
      throw Contradiction("a seed is less than 2^63")
    }
    let rows = try ScoreRows(content, batch)
    try check(target: content.target, of: content.class, rows: rows.count)
    if hasPlainRows { try rows.put(Inserter(db, "scores", columns: 13)) }
    try Inserter(db, "scorings", columns: 11).insert(
      .integer(batch.sequence), .init(content.scoring), .integer(content.target),
      .init(content.class), .init(rows.count), .init(content.teacher), Value(content.judge),
      .init(content.views), .integer(seed), .init(content.flips ?? true ? 1 : 0),
      .integer(batch.sequence))
  }

  /// Refuses scores of what is not there.
  private func check(target: Int64, of class: Int, rows: Int) throws {
    let there = try Int.fetchOne(
      db,
      sql: """
        SELECT json_extract(shape, '$[0]') FROM tensors
        WHERE entry = ? AND class = ? AND name IN ('image', 'images')
        """, arguments: [target, `class`])
    guard let there else {
      throw Contradiction("entry \(target) holds no images of class \(`class`) to score")
    }
    // A scoring may stop before the end: of real images, as many as selections are to cover.
    guard rows <= there else {
      throw Contradiction("\(rows) scores for the \(there) images of entry \(target)")
    }
  }
}

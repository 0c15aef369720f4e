import GRDB

extension Projection {
  /// The score columns of the index, in its order.
  static let scoreColumns = [
    "correct", "confidence", "reliability", "entropy", "margin", "agreement", "judge_correct",
    "judge_confidence", "prior_residual",
  ]

  func apply(_ content: ScoreContent, _ batch: Batch) throws {
    guard let seed = Int64(exactly: content.seed) else {
      throw Contradiction("a seed is less than 2^63")
    }
    let matrix = try batch.matrix(
      "scores", content.class, columns: content.columns, wanted: Self.scoreColumns)
    try check(target: content.target, of: content.class, rows: matrix.count)
    let scores = try Inserter(db, "scores", columns: 14)
    for (row, values) in matrix.enumerated() {
      let item = Item.number(content.target, content.class, row)
      try scores.insert(
        .integer(item), .init(content.scoring), .init(content.class), flag(values[0]),
        .init(values[1]), .init(values[2]), .init(values[3]), .init(values[4]), .init(values[5]),
        flag(values[6]), .init(values[7]), .init(values[8]), .integer(batch.sequence),
        .integer(batch.sequence))
    }
    try Inserter(db, "scorings", columns: 10).insert(
      .integer(batch.sequence), .init(content.scoring), .integer(content.target),
      .init(content.class), .init(matrix.count), .init(content.teacher), Value(content.judge),
      .init(content.views), .integer(seed), .integer(batch.sequence))
  }

  private func flag(_ value: Float?) -> Value {
    value.map { $0.isNaN ? .null : .integer($0 == 0 ? 0 : 1) } ?? .null
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

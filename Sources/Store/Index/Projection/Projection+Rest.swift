import GRDB

/// Evaluations, and what changes which rows live.
extension Projection {
  func apply(_ content: EvaluateContent, _ batch: Batch) throws {
    guard let seed = Int64(exactly: content.seed) else {
      throw Contradiction("a seed is less than 2^63")
    }
    try Inserter(db, "evaluations", columns: 13).insert(
      .integer(batch.sequence), .init(content.selection), .init(content.protocolName),
      .init(content.student), .integer(seed), .init(content.epochs), .real(content.accuracy),
      .init(json(content.classAccuracy)), .init(json(content.settings)), .init(content.test),
      .init(content.train), .real(content.seconds), .integer(batch.sequence))
  }

  func apply(_ content: DropContent, _ batch: Batch) throws {
    let version = try db.cachedStatement(
      sql: "UPDATE versions SET dropped = ? WHERE item = ? AND dropped IS NULL")
    let candidate = try db.cachedStatement(
      sql: """
        UPDATE candidates SET dropped = ?1
        WHERE id = (SELECT candidate FROM versions WHERE item = ?2) AND dropped IS NULL
          AND (SELECT dropped FROM versions AS v WHERE v.item = candidates.item) IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM versions AS v
            WHERE v.candidate = candidates.id AND v.version > 0 AND v.dropped IS NULL)
        """)
    var count = 0
    for `class` in batch.classes("rows") {
      for item in try batch.items("rows", `class`) {
        try version.execute(arguments: [batch.sequence, item])
        guard db.changesCount == 1 else {
          throw Contradiction("a version to drop is not in the pool, or was dropped before")
        }
        try candidate.execute(arguments: [batch.sequence, item])
        count += 1
      }
    }
    try Inserter(db, "drops", columns: 4).insert(
      .integer(batch.sequence), .init(content.reason), .init(count), .integer(batch.sequence))
  }

  func apply(_ content: MergeContent, _ batch: Batch) throws {
    try Inserter(db, "merges", columns: 5).insert(
      .integer(batch.sequence), .init(content.pool), .init(content.head),
      .init(content.entries), .integer(batch.sequence))
  }
}

import GRDB

extension Projection {
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
}

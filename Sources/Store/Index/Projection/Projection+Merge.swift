extension Projection {
  func apply(_ content: MergeContent, _ batch: Batch) throws {
    try Inserter(db, "merges", columns: 5).insert(
      .integer(batch.sequence), .init(content.pool), .init(content.head),
      .init(content.entries), .integer(batch.sequence))
  }
}

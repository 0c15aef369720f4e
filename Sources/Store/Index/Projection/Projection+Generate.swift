import GRDB

extension Projection {
  func apply(_ content: GenerateContent, _ batch: Batch) throws {
    let sequence = batch.sequence
    let rows = try CandidateRows(content, batch)
    if hasPlainRows {
      let candidates = try Inserter(
        db, "candidates", columns: 11, suffix: "ON CONFLICT (id) DO NOTHING")
      try rows.put(candidates, Inserter(db, "versions", columns: 12)) { item, id, row in
        try Inserter(db, "conflicts", columns: 5).insert(
          item, .text(id), .integer(sequence), .init(row), .integer(sequence))
      }
    }
    try Inserter(db, "generations", columns: 13).insert(
      .integer(sequence), .init(content.generation), .init(content.plan), .init(content.class),
      .init(content.first), .init(rows.count), .integer(rows.seed), .init(content.prior),
      .init(content.autoencoder), .init(content.sampler), .init(content.steps),
      .real(content.guidance), .integer(sequence))
  }
}

import GRDB

extension Projection {
  func apply(_ content: GenerateContent, _ batch: Batch) throws {
    let sequence = batch.sequence
    guard content.first >= 0, let seed = Int64(exactly: content.seed) else {
      throw Contradiction("a seed is less than 2^63, a candidate's number not negative")
    }
    let rows = try batch.rows(content.class, "latent", "image")
    guard rows <= Int.max - content.first else { throw Contradiction("too many candidates") }
    let candidates = try Inserter(
      db, "candidates", columns: 12, suffix: "ON CONFLICT (id) DO NOTHING")
    let versions = try Inserter(db, "versions", columns: 12)
    for row in 0..<rows {
      let number = content.first + row
      let id = "\(content.class)-\(padded(number))-\(content.plan)"
      let item = Value.integer(Item.number(sequence, content.class, row))
      let isNew = try candidates.insert(
        item, .init(id), .init(content.class), .init(number), .init(content.generation),
        .init(content.plan), .integer(seed), 0, .integer(sequence), .init(row),
        .integer(sequence), nil)
      if isNew {
        try versions.insert(
          item, .init(id + "@0"), .init(id), 0, .init(content.class), 1, nil, nil,
          .integer(sequence), .init(row), .integer(sequence), nil)
      } else {
        try Inserter(db, "conflicts", columns: 5).insert(
          item, .init(id), .integer(sequence), .init(row), .integer(sequence))
        try db.cachedStatement(sql: "UPDATE candidates SET nondeterministic = 1 WHERE id = ?")
          .execute(arguments: [id])
      }
    }
    try Inserter(db, "generations", columns: 13).insert(
      .integer(sequence), .init(content.generation), .init(content.plan), .init(content.class),
      .init(content.first), .init(rows), .integer(seed), .init(content.prior),
      .init(content.autoencoder), .init(content.sampler), .init(content.steps),
      .real(content.guidance), .integer(sequence))
  }
}

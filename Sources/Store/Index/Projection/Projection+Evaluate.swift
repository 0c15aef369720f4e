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
}

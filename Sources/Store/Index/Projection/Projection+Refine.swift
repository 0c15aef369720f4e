import GRDB

extension Projection {
  func apply(_ content: RefineContent, _ batch: Batch) throws {
    let sequence = batch.sequence
    let rows = try batch.candidates(content.class, "latent", "image", "parents", "outcomes")
    let parents = try batch.items("parents", content.class)
    let outcomes = try batch.matrix(
      "outcomes", content.class, columns: content.columns, wanted: RefineContent.allColumns)
    guard outcomes.count == rows, content.verdicts.count == rows else {
      throw Contradiction("a refinement has a verdict and an outcome for each row")
    }
    let parent = try db.cachedStatement(sql: "SELECT id, candidate FROM versions WHERE item = ?")
    let newest = try db.cachedStatement(
      sql: "SELECT max(version) FROM versions WHERE candidate = ? AND version > 0")
    let versions = try Inserter(db, "versions", columns: 12)
    let refinements = try Inserter(db, "refinements", columns: 22)
    for row in 0..<rows {
      guard let from = try Row.fetchOne(parent, arguments: [parents[row]]) else {
        throw Contradiction("the parent of row \(row) is not in the pool")
      }
      let parent = try from.decode(String.self, atIndex: 0)
      let candidate = try from.decode(String.self, atIndex: 1)
      let version = (try Int.fetchOne(newest, arguments: [candidate]) ?? 0) + 1
      let id = "\(candidate)@\(version)"
      let accepted = content.verdicts[row] == "accepted" ? 1 : 0
      let item = Value.integer(Item.number(sequence, content.class, row))
      try versions.insert(
        item, .init(id), .init(candidate), .init(version), .init(content.class),
        .init(accepted), .init(parent), .init(content.refinement), .integer(sequence),
        .init(row), .integer(sequence), nil)
      let values = RefineContent.allColumns.indices.map { Value(outcomes[row, $0]) }
      try refinements.insert(
        item, .init(id), .init(parent), .init(content.refinement), .init(content.selection),
        .init(content.class), .init(content.verdicts[row]), .init(accepted), values[0], values[1],
        values[2], values[3], values[4], values[5], values[6], values[7], values[8],
        values[9], values[10],
        .integer(sequence), .init(row), .integer(sequence))
    }
  }
}

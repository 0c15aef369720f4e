import GRDB

/// What comes from outside: the pool's birth, real images, models.
extension Projection {
  func apply(_ content: InitContent, _ batch: Batch) throws {
    guard batch.sequence == 1 else { throw Contradiction("a pool is born once") }
    try Inserter(db, "state", columns: 3).insert(.init(content.pool), 0, .init(Entry.origin))
  }

  func apply(_ content: DatasetContent, _ batch: Batch) throws {
    let split = content.split.rawValue
    if try Bool.fetchOne(
      db, sql: "SELECT 1 FROM datasets WHERE dataset = ? AND split = ?",
      arguments: [content.dataset, split]) != nil
    {
      throw Contradiction("data set “\(content.dataset)” has its \(split) split already")
    }
    let rows = try ImageRows(content, batch)
    let known = try String.fetchAll(
      db, sql: "SELECT name FROM classes WHERE dataset = ? ORDER BY class",
      arguments: [content.dataset])
    if known.isEmpty {
      let names = try Inserter(db, "classes", columns: 4)
      for (number, name) in content.classes.enumerated() {
        try names.insert(
          .init(content.dataset), .init(number), .init(name), .integer(batch.sequence))
      }
    } else if known != content.classes {
      throw Contradiction("the splits of “\(content.dataset)” have different classes")
    }
    if hasPlainRows { try rows.put(Inserter(db, "images", columns: 9)) }
    try Inserter(db, "datasets", columns: 13).insert(
      .integer(batch.sequence), .init(content.dataset), .init(split), .init(content.image[0]),
      .init(content.image[1]), .init(content.image[2]), .init(content.classes.count),
      .init(rows.count), .init(json(content.mean)), .init(json(content.sd)),
      .integer(content.flips ?? true ? 1 : 0), .init(content.source), .integer(batch.sequence))
  }

  func apply(_ content: ModelContent, _ batch: Batch) throws {
    guard batch.entry.tensors.contains(where: { $0.name == "weights" }) else {
      throw Contradiction("a model comes with its weights")
    }
    try Inserter(db, "models", columns: 7).insert(
      .integer(batch.sequence), .init(content.digest), .init(content.role.rawValue),
      .init(content.architecture), .init(content.bytes), .init(content.origin),
      .integer(batch.sequence))
  }
}

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
    guard content.image.count == 3, content.counts.count == content.classes.count else {
      throw Contradiction("the data set's description does not fit itself")
    }
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
    let images = try Inserter(db, "images", columns: 9)
    var total = 0
    // Every class has its images, and they are as large as stated: readers go by that.
    let filled = content.counts.indices.filter { content.counts[$0] != 0 }
    guard content.image.allSatisfy({ $0 > 0 }), batch.classes("images").sorted() == filled,
      batch.entry.tensors.allSatisfy({
        $0.name != "images" || $0.dtype == .u8 && Array($0.shape.dropFirst()) == content.image
      })
    else { throw Contradiction("the data set's images are not as stated") }
    for `class` in batch.classes("images") {
      guard content.classes.indices.contains(`class`) else {
        throw Contradiction("class \(`class`) has no name")
      }
      let rows = try batch.rows(`class`, "images", "positions")
      let positions = try batch.elements("positions", `class`, as: Int32.self, .i32).values
      guard positions.count == rows, content.counts[`class`] == rows else {
        throw Contradiction("class \(`class`) has another number of images than stated")
      }
      total += rows
      let prefix = "\(content.dataset)-\(split)-\(`class`)-"
      for row in 0..<rows {
        try images.insert(
          .integer(Item.number(batch.sequence, `class`, row)), .init(prefix + padded(row)),
          .init(content.dataset), .init(split), .init(`class`), .integer(batch.sequence),
          .init(row), .init(Int(positions[row])), .integer(batch.sequence))
      }
    }
    try Inserter(db, "datasets", columns: 12).insert(
      .integer(batch.sequence), .init(content.dataset), .init(split), .init(content.image[0]),
      .init(content.image[1]), .init(content.image[2]), .init(content.classes.count),
      .init(total), .init(json(content.mean)), .init(json(content.sd)), .init(content.source),
      .integer(batch.sequence))
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

  /// A row's number in an id: at least 5 digits.
  func padded(_ number: Int) -> String {
    let digits = String(number)
    return digits.utf8.count >= 5
      ? digits : String(repeating: "0", count: 5 - digits.utf8.count) + digits
  }
}

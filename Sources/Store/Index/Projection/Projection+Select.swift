import GRDB

/// Rankings and selections.
extension Projection {
  func apply(_ content: RankContent, _ batch: Batch) throws {
    let sequence = batch.sequence
    let insert = try Inserter(db, "picks", columns: 10)
    let table = content.source == .pool ? "versions" : "images"
    let identity = try db.cachedStatement(sql: "SELECT id FROM \(table) WHERE item = ?")
    for `class` in batch.classes("picks") {
      let items = try batch.items("picks", `class`)
      let (gains, width) = try batch.elements("gains", `class`, as: Float.self, .f32)
      let bounds = try batch.elements("bounds", `class`, as: Float.self, .f32).values
      let flags = try batch.elements("flags", `class`, as: UInt8.self, .u8).values
      guard width == content.terms.count, gains.count == items.count * width,
        bounds.count == items.count, flags.count == items.count
      else { throw Contradiction("a ranking's tensors have different numbers of rows") }
      for (rank, item) in items.enumerated() {
        guard let id = try String.fetchOne(identity, arguments: [item]) else {
          throw Contradiction("pick \(rank) of class \(`class`) is not in the pool")
        }
        let terms = gains[rank * width..<(rank + 1) * width]
        let texts = terms.map { $0.isFinite ? "\($0)" : "null" }
        try insert.insert(
          .integer(sequence), .init(`class`), .init(rank), .integer(item), .init(id),
          terms.isEmpty ? nil : .real(terms.reduce(0) { $0 + Double($1) }),
          .init("[\(texts.joined(separator: ","))]"),
          .init(bounds[rank]), .init(Int(flags[rank] == 0 ? 0 : 1)), .integer(sequence))
      }
    }
    // Of the same key, and the blocks of classes that were stored on the way to it.
    try db.execute(
      sql: """
        UPDATE rankings SET dropped = ?1
        WHERE (key = ?2 OR key GLOB ?2 || '/*') AND dropped IS NULL
        """,
      arguments: [sequence, content.key])
    try Inserter(db, "rankings", columns: 11).insert(
      .integer(sequence), .init(content.key), .init(content.strategy),
      .init(json(content.parameters)), .init(content.source.rawValue), .init(content.scoring),
      .init(content.slice), .init(json(content.terms)), .init(content.length),
      .integer(sequence), nil)
  }

  func apply(_ content: SelectContent, _ batch: Batch) throws {
    if try Bool.fetchOne(
      db, sql: "SELECT 1 FROM selections WHERE selection = ?", arguments: [content.selection])
      != nil
    {
      throw Contradiction("there is a selection “\(content.selection)” already")
    }
    guard content.counts.contains(where: { $0 > 0 }) else {
      throw Contradiction("the selection “\(content.selection)” holds nothing")
    }
    let origin: Origin
    if let ranking = content.ranking {
      origin = try self.origin("rankings WHERE entry = ?", ranking)
      try cut(content, ranking, origin.source, batch.sequence)
    } else {
      guard let base = content.base, let refinement = content.refinement else {
        throw Contradiction("a selection is cut from a ranking, or refines another")
      }
      origin = try self.origin("selections WHERE selection = ?", base)
      try take(content.selection, base, refinement, batch.sequence)
    }
    let factor = content.factor ?? 1
    guard (1...1000).contains(factor),
      content.counts.allSatisfy({ $0.isMultiple(of: factor * factor) })
    else { throw Contradiction("an image of the selection is not filled with members") }
    try Inserter(db, "selections", columns: 12).insert(
      .integer(batch.sequence), .init(content.selection),
      .init((content.counts.max() ?? 0) / (factor * factor)), .init(factor),
      .init(json(content.counts)), .init(origin.strategy), .init(origin.source),
      .init(origin.scoring),
      content.ranking.map { .integer($0) } ?? nil, Value(content.base),
      Value(content.refinement), .integer(batch.sequence))
  }

  /// What a selection has from the ranking or the selection that it was made of.
  private typealias Origin = (strategy: String, source: String, scoring: String)

  private func origin(_ place: String, _ key: any DatabaseValueConvertible) throws -> Origin {
    let row = try Row.fetchOne(
      db, sql: "SELECT strategy, source, scoring FROM \(place)", arguments: [key])
    guard let row else { throw Contradiction("what the selection was made of is not there") }
    // Not by `as`, which traps where a damaged index holds something else than text.
    return (try row.decode(atIndex: 0), try row.decode(atIndex: 1), try row.decode(atIndex: 2))
  }

  /// Members that are the first picks of a ranking. A version's id begins with its candidate's.
  private func cut(
    _ content: SelectContent, _ ranking: Int64, _ source: String, _ sequence: Int64
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO members
        SELECT ?, p.class, p.rank, p.item, p.id,
          CASE WHEN ? = 'pool' THEN substr(p.id, 1, instr(p.id, '@') - 1) END,
          p.item >> 36, p.item & 4194303, p.gain, p.gains, p.bound, p.flagged, ?
        FROM picks AS p WHERE p.ranking = ? AND p.class = ? AND p.rank < ? ORDER BY p.rank
        """)
    for (`class`, count) in content.counts.enumerated() where count > 0 {
      try statement.execute(
        arguments: [content.selection, source, sequence, ranking, `class`, count])
      guard db.changesCount == count else {
        throw Contradiction(
          "ranking \(ranking) has \(db.changesCount) picks of class \(`class`), not \(count)")
      }
    }
  }

  /// Members of another selection, each in the newest version that a refinement accepted of it.
  private func take(
    _ selection: String, _ base: String, _ refinement: String, _ sequence: Int64
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO members
        SELECT ?, m.class, m.rank, v.item, v.id, m.candidate, v.entry, v.row,
          m.gain, m.gains, m.bound, m.flagged, ?
        FROM members AS m JOIN versions AS v ON v.item = coalesce(
          (SELECT w.item FROM versions AS w
            WHERE w.candidate = m.candidate AND w.version > 0 AND w.refinement = ?
              AND w.parent = m.id AND w.accepted = 1 AND w.dropped IS NULL
            ORDER BY w.version DESC LIMIT 1), m.item)
        WHERE m.selection = ? ORDER BY m.class, m.rank
        """, arguments: [selection, sequence, refinement, base])
  }
}

import Engine
public import Store

/// `similar`: the images whose features are nearest to an image's.
public struct Similar: Equatable, Sendable {
  public var id: String
  public var count = 10
  /// Whose features count.
  public var scoring = "base"
  /// Whether they are looked for among versions of candidates or among real training images.
  public var source = Source.pool

  public init(_ id: String) { self.id = id }

  public struct Report: Encodable, Equatable, Sendable {
    public var id: String
    public var scoring: String
    public var matches: [Match]
  }

  public struct Match: Encodable, Equatable, Sendable {
    public var id: String
    public var `class`: Int
    /// Of the features.
    public var cosine: Double
  }

  /// - Throws: `PoolError`: `notFound` for an unknown id or one that is not scored.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    let item = try PoolItem.named(id, in: pool, asOf: asOf)
    let reader = try FeatureReader(pool, scoring: scoring, asOf: asOf)
    try reader.requireOneScorer()
    let place = CandidateSlice.Place(entry: item.entry, row: item.row)
    guard reader.isScored(place, label: item.label) else {
      throw PoolError(
        .notFound, "\(item.id) is not scored as '\(scoring)'.",
        remedy: item.kind == .version
          ? "psrdb score --name \(shellWord(scoring))"
          : "Real images of the pool's first data set are scored as far as --reference says, those of "
            + "its test split never: "
            + "psrdb score --name all --reference 0, then --scoring all")
    }
    let query = try reader.features([place], label: item.label)
    var neighbors = Neighbors(of: query.values, count: count)
    for (label, entry) in try batches(pool, asOf) {
      let rows = try rows(entry, label, pool, asOf).filter { $0.id != item.id }
      let places = rows.map { CandidateSlice.Place(entry: entry, row: $0.row) }
        .filter { reader.isScored($0, label: label) }
      if places.isEmpty { continue }
      let features = try reader.features(places, label: label)
      guard features.rowSize == query.rowSize else {
        throw PoolError(
          .damage, "Images scored as '\(scoring)' have features of different sizes.",
          remedy: "Score them under another name: psrdb score --name NAME")
      }
      neighbors.look(
        at: features,
        ids: places.map { Item.number($0.entry, label, $0.row) })
    }
    return Report(
      id: item.id, scoring: scoring,
      matches: try neighbors.matches.map { match in
        let found = try pool.query(
          "SELECT id, class FROM \(table) WHERE item = ?", [.integer(match.id)], asOf: asOf)
        return Match(
          id: found.rows.first?[0].string ?? "", class: found.rows.first?[1].int ?? 0,
          cosine: Double(match.cosine))
      })
  }

  private var table: String { source == .pool ? "versions" : "images" }

  /// The scored batches that hold what is looked for.
  private func batches(_ pool: Pool, _ asOf: Int64?) throws -> [(Int, Int64)] {
    let train = "target IN (SELECT entry FROM datasets WHERE split = 'train')"
    let any = "target NOT IN (SELECT entry FROM datasets)"
    return try pool.query(
      """
      SELECT class, target FROM scorings WHERE scoring = ? AND \(source == .pool ? any : train)
      ORDER BY target, class
      """, [.text(scoring)], asOf: asOf
    ).rows.map { ($0[0].int ?? 0, Int64($0[1].int ?? 0)) }
  }

  /// The rows of a batch that live.
  private func rows(
    _ entry: Int64, _ label: Int, _ pool: Pool, _ asOf: Int64?
  ) throws -> [(row: Int, id: String)] {
    let items = Item.range(of: entry, class: label)
    return try pool.query(
      "SELECT row, id FROM \(table) WHERE item BETWEEN ? AND ? ORDER BY item",
      [.integer(items.lowerBound), .integer(items.upperBound)], asOf: asOf
    ).rows.map { ($0[0].int ?? 0, $0[1].string ?? "") }
  }
}

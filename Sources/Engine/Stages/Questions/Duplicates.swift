import Engine
public import Store

/// `duplicates`: pairs of candidates of a class whose features are nearly or fully the same, each
/// candidate in its newest accepted version.
public struct Duplicates: Equatable, Sendable {
  /// The least cosine of the features.
  public var threshold = 0.99
  public var scoring = "base"
  /// Names or numbers; empty for all.
  public var classes: [String] = []
  /// Pairs listed at most; all are counted.
  public var limit = 100

  public init() {}

  public struct Report: Encodable, Equatable, Sendable {
    public var scoring: String
    public var threshold: Double
    public var candidates: Int
    /// All that there are.
    public var count: Int
    /// Of all classes, the most similar first.
    public var pairs: [Pair]
  }

  public struct Pair: Encodable, Equatable, Sendable {
    public var `class`: Int
    public var first: String
    public var second: String
    public var cosine: Double
  }

  /// - Throws: `PoolError`: `usage` for a threshold that is no cosine, `notFound` for an unknown
  ///   class or where nothing is scored.
  public func run(_ pool: Pool) throws -> Report {
    guard (-1...1).contains(threshold) else {
      throw PoolError(
        .usage, "A threshold of \(threshold) is no cosine.",
        remedy: "Ask for --threshold between -1 and 1, e.g. 0.99.")
    }
    let slice = CandidateSlice(
      source: .pool, scoring: scoring, needsScores: true, versions: .latest,
      classes: try classes.map { try classNumber($0, in: pool) })
    let members = try slice.classes(in: pool)
    guard !members.isEmpty else { throw try slice.emptiness(in: pool) }
    let reader = try FeatureReader(pool, scoring: scoring)
    try reader.requireOneScorer()
    var report = Report(
      scoring: scoring, threshold: threshold,
      candidates: members.reduce(0) { $0 + $1.rows.count }, count: 0, pairs: [])
    var best: [(pair: DuplicatePair, members: CandidateSlice.Members)] = []
    for members in members {
      let features = try reader.features(members.rows, label: members.label)
      let (count, pairs) = DuplicatePair.find(
        in: features, threshold: Float(threshold), limit: max(0, limit))
      report.count += count
      best += pairs.map { ($0, members) }
    }
    // Classes ascending among equals, as they came.
    let order = best.indices.sorted {
      (best[$1].pair.cosine, $0) < (best[$0].pair.cosine, $1)
    }
    report.pairs = try order.prefix(max(0, limit)).map { place in
      let (pair, members) = best[place]
      return Pair(
        class: members.label, first: try id(members.rows[pair.first], members.label, pool),
        second: try id(members.rows[pair.second], members.label, pool),
        cosine: Double(pair.cosine))
    }
    return report
  }

  private func id(_ place: CandidateSlice.Place, _ label: Int, _ pool: Pool) throws -> String {
    let item = Item.number(place.entry, label, place.row)
    return try pool.query("SELECT id FROM versions WHERE item = ?", [.integer(item)])
      .rows.first?.first?.string ?? ""
  }
}

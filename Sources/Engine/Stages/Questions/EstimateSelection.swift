import Engine
public import Store

/// `select --dry-run`: what a selection would take, told before it is begun.
public struct EstimateSelection: Sendable {
  public var stage: Select

  public init(_ stage: Select) { self.stage = stage }

  public struct Report: Encodable, Equatable, Sendable {
    public var strategy: String
    public var source: String
    /// What would be chosen from; empty for all.
    public var slice: String
    /// Whether the ranking is in the pool, long enough: there is nothing to compute then.
    public var stored: Bool
    public var nested: Bool
    public var classes: Int
    /// Rows that would be ranked, real images that they would cover, and columns of their features.
    public var candidates: Int
    public var targets: Int
    public var dimensions: Int
    /// Picks of each class.
    public var length: Int
    /// Features and similarities of the classes ranked at a time.
    public var memoryBytes: Int
    public var classesAtATime: Int
    /// Whether similarities are computed in tiles, and again for each pick, to keep to the limit.
    public var tiled: Bool
    /// From the speed of matrix multiplication measured just now; reading is not counted.
    public var seconds: Double
  }

  /// - Throws: `PoolError` as the selection would.
  public func run(_ pool: Pool) throws -> Report {
    let plan = try RankingPlan(stage, in: pool)
    let known = try StoredRanking.find(key: plan.key, in: pool)
    let ranking = RankSlice(stage: stage, plan: plan, known: known)
    let classes = try ranking.classes(in: pool)
    let ranker = try ranking.ranker(pool)
    let stored = (known?.content.length ?? 0) >= plan.length
    let (lanes, similarities) =
      stored ? (1, Int.max) : try ranker.budget(classes, count: plan.length)
    let estimates = try classes.map {
      try ranker.estimate($0, count: plan.length, similarities: similarities)
    }
    return Report(
      strategy: stage.strategy, source: stage.source.rawValue, slice: plan.slice.description,
      stored: stored, nested: stage.isNested(plan.strategy),
      classes: classes.count, candidates: classes.reduce(0) { $0 + $1.rows.count },
      targets: stage.source == .pool
        ? try classes.reduce(0) { $0 + (try ranker.features.realCount($1.label)) } : 0,
      dimensions: try classes.first.map { try ranker.features.dimensions($0) } ?? 0,
      length: plan.length,
      memoryBytes: stored ? 0 : lanes * (estimates.map(\.bytes).max() ?? 0), classesAtATime: lanes,
      tiled: similarities < .max,
      seconds: stored
        ? 0
        : estimates.reduce(0) { $0 + $1.operations } / SelectionEstimate.speed()
          // A class alone has all cores for its similarities, unless it computes them pick by pick.
          / Double(lanes == 1 && similarities == .max ? Threads.count : lanes))
  }
}

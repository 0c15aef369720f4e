import Engine
import Store

/// Ranks every class of a slice and stores the ranking. Where that takes long, blocks of classes
/// are stored as they are done, and found when it is begun again.
struct RankSlice {
  let stage: Select
  let plan: RankingPlan
  /// A shorter ranking of the same key, to be continued.
  let known: StoredRanking?

  /// Pairs of candidates that make a block: about half a second's work on two cores.
  var blockSize = 64_000_000

  func run(_ context: Context) throws -> StoredRanking {
    let pool = context.pool
    let classes = try classes(in: pool)
    let ranker = try self.ranker(pool)
    let before = try known?.rankings(classes, in: pool)
    let blocks = self.blocks(classes)
    var rankings: [Ranking] = []
    for (number, block) in blocks.enumerated() {
      try context.step(block.lowerBound, of: classes.count, note: "ranking")
      let members = Array(classes[block])
      let key = "\(plan.key)/\(number)"
      if let done = try StoredRanking.find(key: key, in: pool), done.content.length >= plan.length {
        rankings += try done.rankings(members, in: pool).map { $0.prefix(plan.length) }
        continue
      }
      let ranked = try ranker.rank(
        members, count: plan.length, extending: before.map { Array($0[block]) })
      rankings += ranked
      if block.upperBound < classes.count {
        _ = try store(ranked, members, key: key, pool)
      }
    }
    return try store(rankings, classes, key: plan.key, pool)
  }

  /// The slice, of which every class has enough.
  func classes(in pool: Pool) throws -> [CandidateSlice.Members] {
    let classes = try plan.slice.classes(in: pool)
    guard !classes.isEmpty else { throw try plan.slice.emptiness(in: pool) }
    try plan.slice.requireScored(classes, in: pool)
    if let missing = plan.slice.classes.first(where: { l in !classes.contains { $0.label == l } }) {
      throw try plan.slice.tooFew(
        0, of: missing, for: stage.limits.least, cells: stage.cells, in: pool)
    }
    if let small = classes.first(where: { $0.rows.count < stage.limits.least }) {
      throw try plan.slice.tooFew(
        small.rows.count, of: small.label, for: stage.limits.least, cells: stage.cells, in: pool)
    }
    return classes
  }

  func ranker(_ pool: Pool) throws -> ClassRanker {
    let features = try FeatureReader(
      pool, scoring: plan.slice.scoring, needsScores: plan.slice.needsScores)
    try features.requireOneScorer()
    return ClassRanker(
      strategy: plan.strategy, source: plan.slice.source, features: features, memory: stage.memory)
  }

  /// Classes cut by the work they are, whatever the machine.
  private func blocks(_ classes: [CandidateSlice.Members]) -> [Range<Int>] {
    var blocks: [Range<Int>] = []
    var (first, size) = (0, 0)
    for (number, members) in classes.enumerated() {
      size += members.rows.count * members.rows.count
      if size >= blockSize || number == classes.count - 1 {
        blocks.append(first..<number + 1)
        (first, size) = (number + 1, 0)
      }
    }
    return blocks
  }

  private func store(
    _ rankings: [Ranking], _ classes: [CandidateSlice.Members], key: String, _ pool: Pool
  ) throws -> StoredRanking {
    try StoredRanking.append(
      RankContent(
        key: key, strategy: stage.strategy, parameters: plan.parameters, source: stage.source,
        scoring: stage.scoring, slice: plan.slice.description, terms: plan.strategy.terms,
        length: plan.length),
      rankings, classes, seed: stage.seed, to: pool)
  }
}

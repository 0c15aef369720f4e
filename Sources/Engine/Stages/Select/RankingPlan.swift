import Engine
import Store

/// What a selection asks for, resolved against a pool: the strategy, the slice, how long a ranking
/// it takes, and the key by which the pool knows that ranking.
struct RankingPlan {
  let strategy: any Strategy
  /// All of the strategy's; those not given have its standard values.
  let parameters: [String: Double]
  let slice: CandidateSlice
  /// Picks of each class, or as many as it has.
  let length: Int
  /// Digest of all that determines the order.
  let key: String

  /// - Throws: `PoolError`: `usage` for a strategy, parameter, name or number that cannot be;
  ///   `notFound` for a class, selection or generation the pool does not have.
  init(_ stage: Select, in pool: Pool) throws {
    (strategy, parameters) = try Self.strategy(stage)
    length = stage.allocation == .adaptive ? stage.limits.most : stage.picks
    slice = CandidateSlice(
      source: stage.source, scoring: stage.scoring,
      needsScores: type(of: strategy).needsScores, versions: stage.versions,
      classes: try stage.classes.map { try classNumber($0, in: pool) },
      generation: stage.generation, from: stage.from, exclude: stage.exclude,
      condition: stage.condition)
    try slice.check(in: pool)
    key = try Self.key(stage, type(of: strategy), parameters, length, slice, pool)
  }

  /// The strategy with the parameters given, which need no pool to be refused.
  /// - Throws: `PoolError` with code `usage`.
  static func strategy(_ stage: Select) throws -> (any Strategy, [String: Double]) {
    try checkNumbers(stage)
    try CandidateSlice.requireLasting(stage.condition)
    let parameters = try Self.parameters(stage)
    let strategy: any Strategy
    do {
      strategy = try Strategies.make(stage.strategy, parameters, seed: stage.seed)
    } catch let error {
      throw PoolError(
        .usage, "The selection cannot be made: \(error)",
        remedy: "psrdb select --help lists the strategies.")
    }
    if stage.allocation == .adaptive {
      try checkAllocation(
        by: strategy, named: stage.strategy, parameters, least: stage.limits.least)
    }
    let standard = type(of: strategy).parameters.map { ($0.name, $0.standard) }
    return (strategy, Dictionary(uniqueKeysWithValues: standard).merging(parameters) { $1 })
  }

  private static func checkNumbers(_ stage: Select) throws(PoolError) {
    guard (1...10_000_000).contains(stage.ipc) else {
      throw PoolError(
        .usage, "An IPC of \(stage.ipc) is none.", remedy: "Ask for an --ipc of 1 to 10,000,000.")
    }
    guard (1...16).contains(stage.factor) else {
      throw PoolError(
        .usage, "A factor of \(stage.factor) is none.", remedy: "Choose a --factor of 1 to 16.")
    }
    guard stage.factor == 1 || stage.allocation == .uniform else {
      throw PoolError(
        .usage, "An adaptive allocation would leave cells of images empty.",
        remedy: "Leave --factor away, or --allocation adaptive.")
    }
    guard
      stage.allocation == .uniform
        || stage.limits.least >= 0 && stage.limits.least <= stage.limits.most
          && stage.limits.most <= 20_000_000
    else {
      throw PoolError(
        .usage, "An adaptive allocation needs 0 ≤ --min ≤ --max ≤ 20,000,000.",
        remedy: "psrdb select --ipc 10 --allocation adaptive --min 5 --max 20 --name NAME")
    }
  }

  /// Refuses a strategy whose ranking an adaptive allocation could not cut by its gains.
  private static func checkAllocation(
    by strategy: any Strategy, named name: String, _ parameters: [String: Double], least: Int
  ) throws(PoolError) {
    guard !strategy.terms.isEmpty else {
      throw PoolError(
        .usage, "'\(name)' has no gains that an allocation could go by.",
        remedy: "Choose another --strategy, or --allocation uniform.")
    }
    guard parameters["most"].map({ $0 >= 0.5 }) ?? true else {
      throw PoolError(
        .usage, "The lowest first: a later pick has a higher score, which no allocation can go by.",
        remedy: "Leave --set most=0 away, or --allocation adaptive.")
    }
    guard !(strategy is KCenter) || least > 0 else {
      throw PoolError(
        .usage, "The first pick of 'k-center' has no distance that an allocation could go by.",
        remedy: "Ask for --min 1 or more.")
    }
    guard type(of: strategy).isNested else {
      throw PoolError(
        .usage, "A ranking by '\(name)' is not nested: an allocation cannot cut it shorter.",
        remedy: "Choose another --strategy, or --allocation uniform.")
    }
  }

  private static func parameters(_ stage: Select) throws -> [String: Double] {
    guard stage.budgetAware else { return stage.parameters }
    let weights = PSR.weights(picks: stage.picks)
    guard stage.strategy == PSR.name, stage.parameters.keys.allSatisfy({ weights[$0] == nil })
    else {
      throw PoolError(
        .usage, "A budget-aware selection sets 'alpha' and 'target' of 'psr' by the IPC.",
        remedy: "Leave --set of these and --strategy away, or leave --budget-aware away.")
    }
    return stage.parameters.merging(weights) { $1 }
  }

  private static func key(
    _ stage: Select, _ type: any Strategy.Type, _ parameters: [String: Double], _ length: Int,
    _ slice: CandidateSlice, _ pool: Pool
  ) throws -> String {
    var words =
      ["ranking 1", type.name, "\(stage.seed)", slice.source.rawValue, slice.scoring]
      + [slice.condition] + parameters.keys.sorted().map { "\($0)=\(parameters[$0] ?? 0)" }
      + slice.words
    // What is not nested is another ranking at every length.
    if !type.isNested { words.append("length=\(length)") }
    return SHA256.hex(of: (words + (try slice.state(in: pool))).joined(separator: "\n"))
  }
}

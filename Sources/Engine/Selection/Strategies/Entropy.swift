/// By the entropy of the teacher's mean prediction, highest (or lowest) first. Guide:
/// docs/selection/entropy.md.
public struct Entropy: Strategy {
  public static let name = "entropy"
  public static let summary = "by the entropy of the teacher's prediction"
  public static let isNested = true
  public static let parameters = [StrategyParameter.most]

  let most: Bool

  public init(_ values: [String: Double], seed: UInt64) { most = values["most"]! >= 0.5 }

  public var terms: [String] { ["uncertainty"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let score = try candidates.score(candidates.uncertainty, "uncertainty")
    return ranking(by: score, most: most, count: count, over: candidates)
  }
}

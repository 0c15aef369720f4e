/// By the teacher's probability of the class, highest (or lowest) first. Guide:
/// docs/selection/confidence.md.
public struct Confidence: Strategy {
  public static let name = "confidence"
  public static let summary = "by the teacher's probability of the class"
  public static let isNested = true
  public static let parameters = [StrategyParameter.most]

  let most: Bool

  public init(_ values: [String: Double], seed: UInt64) { most = values["most"]! >= 0.5 }

  public var terms: [String] { ["confidence"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let score = try candidates.score(candidates.confidence, "confidence")
    return ranking(by: score, most: most, count: count, over: candidates)
  }
}

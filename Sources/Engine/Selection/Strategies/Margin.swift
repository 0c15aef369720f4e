/// By the lead of the class's mean probability over that of the best other class, widest (or
/// narrowest) first. Guide: docs/selection/margin.md.
public struct Margin: Strategy {
  public static let name = "margin"
  public static let summary = "by the lead of the class over the best other class"
  public static let isNested = true
  public static let parameters = [StrategyParameter.most]

  let most: Bool

  public init(_ values: [String: Double], seed: UInt64) { most = values["most"]! >= 0.5 }

  public var terms: [String] { ["margin"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let score = try candidates.score(candidates.margin, "margin")
    return ranking(by: score, most: most, count: count, over: candidates)
  }
}

/// Every target is served by its most similar pick: (1/|V|)·Σ_{v∈V} max_{j∈S} (1 + cos)/2.
///
/// Guide: docs/selection/facility-location.md.
public struct FacilityLocation: Strategy {
  public static let name = "facility-location"
  public static let summary = "coverage of the real images alone, greedily"
  public static let isNested = true
  public static let matrix = SimilarityMatrix.targets
  public static let parameters: [StrategyParameter] = []

  public init(_ values: [String: Double], seed: UInt64) {}

  public var terms: [String] { ["coverage"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var objective = Coverage(candidates, weight: 1, memory: memory)
    return greedy(
      &objective, lazily: objective.keepsAll, certified: true, extending: known,
      to: count, over: candidates)
  }
}

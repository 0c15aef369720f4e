/// The first candidates by id, as they were generated: generate-and-use, the baseline. Gate and
/// duplicates play no part. Guide: docs/selection/first.md.
public struct First: Strategy {
  public static let name = "first"
  public static let summary = "the first candidates, ungated: generate-and-use"
  public static let isNested = true
  public static let needsScores = false
  public static let parameters: [StrategyParameter] = []

  public init(_ values: [String: Double], seed: UInt64) {}

  public var terms: [String] { [] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    ranking(Array(0..<candidates.count), eligible: candidates.count, count: count) { _ in [] }
  }
}

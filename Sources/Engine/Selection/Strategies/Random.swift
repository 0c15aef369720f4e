/// Candidates at random. Gate and duplicates play no part.
///
/// Each candidate has a random key of its own, drawn from its class and id, so the order of those
/// there stays the same while their ids do. Stages take places in the slice for ids: they stay when
/// its only generation grows, and change with a second one or another slice. Guide:
/// docs/selection/random.md.
public struct Random: Strategy {
  public static let name = "random"
  public static let summary = "candidates at random, ungated"
  public static let isNested = true
  public static let needsScores = false
  public static let parameters: [StrategyParameter] = []

  let seed: UInt64

  public init(_ values: [String: Double], seed: UInt64) { self.seed = seed }

  public var terms: [String] { [] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let keys = candidates.ids.map { id -> UInt64 in
      let (high, low) = (Int(id >> 32), Int(id & 0xffff_ffff))
      var stream = Philox(seed: seed, .selection, class: candidates.label, index: low, step: high)
      return stream.next()
    }
    let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    return ranking(order, eligible: order.count, count: count) { _ in [] }
  }
}

/// Similar to the targets, unlike each other:
/// (1/|V|)·(Σ_{v∈V, j∈S} s_vj − λ·Σ_{i,j∈S} s_ij), with s = (1 + cos)/2.
///
/// Guide: docs/selection/graph-cut.md.
public struct GraphCut: Strategy {
  public static let name = "graph-cut"
  public static let summary = "similar to the real images, unlike each other, greedily"
  public static let isNested = true
  public static let parameters = [
    StrategyParameter("penalty", 0.5, in: 0...1_000_000, "λ, weight of similarity between picks")
  ]

  let penalty: Float

  public init(_ values: [String: Double], seed: UInt64) { penalty = Float(values["penalty"]!) }

  public var terms: [String] { ["coverage", "redundancy"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var objective = Gains(candidates, penalty: penalty)
    return greedy(
      &objective, lazily: true, certified: false, extending: known, to: count, over: candidates)
  }

  private struct Gains: Objective {
    let candidates: ClassCandidates
    /// The mean similarity of each row with the targets.
    let coverage: [Float]
    /// Similarity with itself, and twice that with the picks so far: never falls.
    var redundancy: [Float]
    let scale: Float

    init(_ candidates: ClassCandidates, penalty: Float) {
      let targets = candidates.targets
      self.candidates = candidates
      coverage = candidates.products(with: targets.rowMean).values.map { (1 + $0) / 2 }
      redundancy = Array(repeating: 1, count: candidates.count)
      scale = penalty / Float(max(targets.rows, 1))
    }

    func gain(of row: Int) -> Float { coverage[row] - scale * redundancy[row] }
    func terms(of row: Int) -> [Float] { [coverage[row], -scale * redundancy[row]] }
    mutating func add(_ row: Int) {
      let cosines = candidates.cosines(with: row)
      for i in redundancy.indices { redundancy[i] += max(0, 1 + cosines.pointer[i]) }
    }
  }
}

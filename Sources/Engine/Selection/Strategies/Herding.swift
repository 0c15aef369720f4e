/// Keeps the mean of the picks as near as can be to the mean of the targets.
///
/// Pick t+1 maximises ⟨(t+1)·μ − Σ_{i∈S} x_i, x⟩, which for unit features is the same as bringing
/// the mean of the picks nearest to μ. Source: Welling, "Herding dynamical weights to learn", ICML
/// 2009; as exemplars: Rebuffi et al., iCaRL, CVPR 2017. Guide: docs/selection/herding.md.
public struct Herding: Strategy {
  public static let name = "herding"
  public static let summary = "the mean of the picks follows the mean of the real images"
  public static let isNested = true
  public static let parameters: [StrategyParameter] = []

  public init(_ values: [String: Double], seed: UInt64) {}

  public var terms: [String] { ["alignment"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var objective = Gains(candidates)
    return greedy(
      &objective, lazily: false, certified: false, extending: known, to: count, over: candidates)
  }

  private struct Gains: Objective {
    let candidates: ClassCandidates
    let mean: Tensor
    /// (t+1)·μ less the picks, and its product with each row.
    let wanted: Tensor
    var alignment: Tensor

    init(_ candidates: ClassCandidates) {
      self.candidates = candidates
      mean = candidates.targets.rowMean
      wanted = mean.copy()
      alignment = candidates.products(with: wanted)
    }

    func gain(of row: Int) -> Float { alignment.pointer[row] }
    func terms(of row: Int) -> [Float] { [gain(of: row)] }
    mutating func add(_ row: Int) {
      let size = candidates.features.rowSize
      let picked = candidates.features.pointer + row * size
      for i in 0..<size { wanted.pointer[i] += mean.pointer[i] - picked[i] }
      alignment = candidates.products(with: wanted)
    }
  }
}

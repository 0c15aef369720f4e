import CKernels

/// Every target gathers similarity from all picks until it has had enough:
/// (1/|V|)·Σ_{v∈V} min(Σ_{j∈S} s_vj, c·mean_j s_vj), with s = (1 + cos)/2.
///
/// Guide: docs/selection/saturated-coverage.md.
public struct SaturatedCoverage: Strategy {
  public static let name = "saturated-coverage"
  public static let summary = "similarity to every real image, up to a limit for each, greedily"
  public static let isNested = true
  public static let matrix = SimilarityMatrix.targets
  public static let parameters = [
    StrategyParameter(
      "saturation", 10, in: 0.001...1_000_000, "c, the number of average picks that is enough")
  ]

  let saturation: Float

  public init(_ values: [String: Double], seed: UInt64) {
    saturation = Float(values["saturation"]!)
  }

  public var terms: [String] { ["coverage"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var objective = Gains(candidates, saturation: saturation, memory: memory)
    return greedy(
      &objective, lazily: objective.keepsAll, certified: true, extending: known,
      to: count, over: candidates)
  }

  private struct Gains: Objective {
    let similarities: Similarities
    /// What each target can still take.
    let rest: Tensor
    let scale: Float

    init(_ candidates: ClassCandidates, saturation: Float, memory: Int) {
      let targets = candidates.targets
      similarities = candidates.similarities(memory: memory)
      rest = Tensor(uninitialized: [targets.rows])
      scale = 1 / Float(max(targets.rows, 1))
      // The mean similarity of a target is that with the candidates' mean.
      let mean = candidates.features.rowMean
      gemm(
        targets.rows, 1, targets.rowSize, targets.pointer, lda: targets.rowSize, mean.pointer,
        ldb: 1, rest.pointer, ldc: 1)
      for v in 0..<targets.rows {
        rest.pointer[v] = saturation * max(0, (1 + rest.pointer[v]) / 2)
      }
    }

    var keepsAll: Bool { similarities.isComplete }

    func gain(of row: Int) -> Float {
      scale * psr_saturated_gain(similarities.targets, similarities.row(row), rest.pointer)
    }
    func terms(of row: Int) -> [Float] { [gain(of: row)] }
    mutating func add(_ row: Int) {
      psr_saturated_add(similarities.targets, similarities.row(row), rest.pointer)
    }
  }
}

import CKernels
import Foundation

/// Determinantal point process: greedy maximisation of log det(L_S + I), with
/// L_ij = q_i·q_j·(1 + cos)/2 and q = exp(quality·r̃/2).
///
/// Adding the identity makes the function monotone, so the greedy set is within 1 − 1/e of the
/// best. Source of the updates: Chen, Zhang, Zhou, "Fast greedy MAP inference for determinantal
/// point process", NeurIPS 2018, algorithm 1. Guide: docs/selection/dpp.md.
public struct DPP: Strategy {
  public static let name = "dpp"
  public static let summary = "the volume spanned by the picks, log det(L + I), greedily"
  public static let isNested = true
  public static let parameters = [
    // exp(quality) is a squared length, and must be far from where floats end, at exp(88.7).
    StrategyParameter("quality", 0, in: 0...80, "how much reliability lengthens a feature")
  ]

  let quality: Float

  public init(_ values: [String: Double], seed: UInt64) { quality = Float(values["quality"]!) }

  public var terms: [String] { ["log-volume"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var lengths = Array(repeating: Float(1), count: candidates.count)
    if quality > 0 {
      lengths = ranks(try candidates.score(candidates.reliability, "reliability")).map {
        Float(exp(Double(quality * $0) / 2))
      }
    }
    var objective = Gains(candidates, lengths)
    return greedy(
      &objective, lazily: true, certified: true, extending: known,
      to: count, over: candidates)
  }

  private struct Gains: Objective {
    let candidates: ClassCandidates
    let lengths: [Float]
    /// One row of the Cholesky factor per pick, over all candidates.
    var factor: [Tensor] = []
    /// The squared diagonal each candidate would have as the next pick: never rises, never below
    /// that of the identity but for rounding.
    var squares: [Float]

    init(_ candidates: ClassCandidates, _ lengths: [Float]) {
      self.candidates = candidates
      self.lengths = lengths
      squares = lengths.map { $0 * $0 + 1 }
    }

    func gain(of row: Int) -> Float { Float(Double(squares[row]).naturalLogarithm) }
    func terms(of row: Int) -> [Float] { [gain(of: row)] }

    mutating func add(_ row: Int) {
      let count = candidates.count
      let next = candidates.cosines(with: row)
      let e = next.pointer
      for i in 0..<count { e[i] = lengths[row] * lengths[i] * (1 + e[i]) / 2 }
      for c in factor { psr_axpy(count, -c.pointer[row], c.pointer, e) }
      let diagonal = squares[row].squareRoot()
      for i in 0..<count {
        e[i] /= diagonal
        squares[i] = max(1, squares[i] - e[i] * e[i])
      }
      factor.append(next)
    }
  }
}

import Foundation

/// Reliability, predictive uncertainty and coverage together; psrdb's default.
///
///     G(S) = α·Σ r̃/K₀ + β·Σ ũ/K₀ + γ·(1/|V|)·Σ_{v∈V} max_{j∈S} (1 + cos(φ_v, φ_j))/2
///
/// r̃ is the rank of the reliability in the class; ũ = 1 − |rank of the entropy − u*|; V are the
/// real training images, or the pool's passing candidates where there are none. K₀ is fixed, not
/// the count asked for, so that extending a ranking never reorders it. Monotone submodular: the
/// greedy order reaches 1 − 1/e of the best set at every length. All parameters are psrdb's own
/// choice. Guide: docs/selection/psr.md.
public struct PSR: Strategy {
  public static let name = "psr"
  public static let summary = "reliability, uncertainty and coverage of the real images, greedily"
  public static let isNested = true
  public static let matrix = SimilarityMatrix.targets
  public static let parameters = [
    StrategyParameter("alpha", 0.5, in: 0...1000, "weight of reliability"),
    StrategyParameter("beta", 0.25, in: 0...1000, "weight of uncertainty"),
    StrategyParameter("gamma", 1, in: 0...1000, "weight of coverage"),
    StrategyParameter("target", 0.5, in: 0...1, "u*, the rank of entropy held to be best"),
    StrategyParameter("normalizer", 50, in: 1...1_000_000, "K0, divides the first two terms"),
  ]

  let alpha, beta, gamma, target, normalizer: Float

  public init(_ values: [String: Double], seed: UInt64) {
    func value(_ name: String) -> Float { Float(values[name]!) }
    alpha = value("alpha")
    beta = value("beta")
    gamma = value("gamma")
    target = value("target")
    normalizer = value("normalizer")
  }

  public var terms: [String] { ["reliability", "uncertainty", "coverage"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let reliability = ranks(try candidates.score(candidates.reliability, "reliability"))
    let entropy = ranks(try candidates.score(candidates.uncertainty, "uncertainty"))
    var objective = Gains(
      reliability: reliability.map { alpha / normalizer * $0 },
      uncertainty: entropy.map { beta / normalizer * (1 - abs($0 - target)) },
      coverage: Coverage(candidates, weight: gamma, memory: memory))
    return greedy(
      &objective, lazily: objective.coverage.keepsAll, certified: true, extending: known,
      to: count, over: candidates)
  }

  /// What `--budget-aware` sets for a number of picks a class: a reliability that hardly counts
  /// among what passes the gate, and a u* of 0.5 at one pick, 0.8 from ten on, in between linear in
  /// the logarithm. Fitted to Fashion-MNIST's training split (docs/EXPERIMENTS.md). Rankings of
  /// different u* do not begin alike.
  public static func weights(picks: Int) -> [String: Double] {
    ["alpha": 0.1, "target": 0.5 + 0.3 * min(log10(Double(max(picks, 1))), 1)]
  }

  private struct Gains: Objective {
    let reliability, uncertainty: [Float]
    var coverage: Coverage

    func gain(of row: Int) -> Float {
      reliability[row] + uncertainty[row] + coverage.gain(of: row)
    }
    func terms(of row: Int) -> [Float] {
      [reliability[row], uncertainty[row], coverage.gain(of: row)]
    }
    mutating func add(_ row: Int) { coverage.add(row) }
  }
}

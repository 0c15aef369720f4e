import Foundation

/// How much of a latent is left at each timestep: x_t = √ᾱ_t·z + √(1 − ᾱ_t)·ε, t in 0..<1000.
public struct NoiseSchedule: Sendable {
  public enum Kind: Sendable {
    /// ᾱ by a squared cosine with offset 0.008 and β ≤ 0.999 (Nichol and Dhariwal, "Improved
    /// denoising diffusion probabilistic models", ICML 2021).
    case cosine
    /// β from 0.0001 to 0.02 in equal steps (Ho et al., "Denoising diffusion probabilistic models",
    /// NeurIPS 2020), as DiT's published weights were trained with.
    case linear
  }

  /// Timesteps of training.
  public static let steps = 1000

  /// ᾱ_t for each timestep.
  public let remaining: [Double]

  public init(_ kind: Kind) {
    let count = Double(Self.steps)
    var product = 1.0
    remaining = (0..<Self.steps).map { t in
      let beta: Double
      switch kind {
      case .cosine:
        let share = { (t: Double) in
          let cosine = Foundation.cos((t / count + 0.008) / 1.008 * .pi / 2)
          return cosine * cosine
        }
        beta = min(1 - share(Double(t) + 1) / share(Double(t)), 0.999)
      case .linear: beta = 1e-4 + (0.02 - 1e-4) * Double(t) / (count - 1)
      }
      product *= 1 - beta
      return product
    }
  }

  /// √ᾱ_t: the latent's part of x_t.
  public func signal(_ timestep: Int) -> Double { remaining[timestep].squareRoot() }

  /// √(1 − ᾱ_t): the noise's part of x_t.
  public func noise(_ timestep: Int) -> Double { (1 - remaining[timestep]).squareRoot() }

  /// `count` timesteps to sample at, from the noisiest down, spaced evenly and ending above 0:
  /// round(1000 − i·1000/count) − 1 ("trailing"; Lin et al., "Common diffusion noise schedules and
  /// sample steps are flawed", WACV 2024). The first is 999, so that sampling starts where the
  /// noise does.
  public static func timesteps(_ count: Int) -> [Int] {
    precondition(count >= 1 && count <= steps, "\(count) sampling steps")
    return (0..<count).map { i in
      Int((Double(steps) - Double(i) * Double(steps) / Double(count)).rounded()) - 1
    }
  }
}

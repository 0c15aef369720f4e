/// What the network's output stands for. With α = √ᾱ_t and σ = √(1 − ᾱ_t), x_t = α·z + σ·ε.
public enum Prediction: Sendable {
  /// v = α·ε − σ·z (Salimans and Ho, "Progressive distillation", ICLR 2022).
  case v
  /// The noise itself.
  case epsilon

  /// The output that would be right.
  func target(latent: Float, noise: Float, signal: Float, sigma: Float) -> Float {
    switch self {
    case .v: signal * noise - sigma * latent
    case .epsilon: noise
    }
  }

  /// (a, b) such that the predicted latent is a·x_t + b·output.
  func latent(signal: Double, sigma: Double) -> (Float, Float) {
    switch self {
    case .v: (Float(signal), Float(-sigma))
    case .epsilon: (Float(1 / signal), Float(-sigma / signal))
    }
  }

  /// (a, b) such that the predicted noise is a·x_t + b·output.
  func noise(signal: Double, sigma: Double) -> (Float, Float) {
    switch self {
    case .v: (Float(sigma), Float(signal))
    case .epsilon: (0, 1)
    }
  }
}

/// The way from noise to latents. Both are deterministic: a latent is a function of its noise.
public enum Sampler: String, Codable, CaseIterable, Sendable {
  case ddim
  case dpmSolver = "dpm-solver"

  /// Integrates the network's output from `noise` [n, h, w, c] at timestep 999 down to a clean
  /// latent, in `steps` calls of `model` (x_t, t) → output, at `NoiseSchedule.timesteps(steps)`.
  public func sample(
    _ noise: Tensor, steps: Int, schedule: NoiseSchedule, prediction: Prediction,
    model: (Tensor, Int) throws -> Tensor
  ) rethrows -> Tensor {
    let path = NoiseSchedule.timesteps(steps).map { t in
      Step(timestep: t, signal: schedule.signal(t), sigma: schedule.noise(t))
    }
    switch self {
    case .ddim: return try sampleDDIM(noise, path, prediction, model)
    case .dpmSolver: return try sampleDPMSolver(noise, path, prediction, model)
    }
  }
}

/// A timestep of a sampler's path, with √ᾱ and √(1 − ᾱ) there.
struct Step {
  let timestep: Int
  let signal: Double
  let sigma: Double
}

/// a·x + b·y, elementwise.
func combination(_ a: Float, _ x: Tensor, _ b: Float, _ y: Tensor) -> Tensor {
  let result = Tensor(uninitialized: x.shape)
  let (r, p, q) = (result.pointer, x.pointer, y.pointer)
  for i in 0..<x.count { r[i] = a * p[i] + b * q[i] }
  return result
}

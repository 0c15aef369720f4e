import Foundation

/// DPM-Solver++(2M): a second-order multistep method over λ = log(√ᾱ/√(1 − ᾱ)) in the predicted
/// latent. The first step and the last, which gives the predicted latent, are of first order.
///
/// Source: Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic
/// models", 2022, algorithm 2.
func sampleDPMSolver(
  _ noise: Tensor, _ path: [Step], _ prediction: Prediction,
  _ model: (Tensor, Int) throws -> Tensor
) rethrows -> Tensor {
  let lambda = path.map { Foundation.log($0.signal / $0.sigma) }
  var x = noise
  var previous: Tensor?
  for (i, step) in path.enumerated() {
    let (a, b) = prediction.latent(signal: step.signal, sigma: step.sigma)
    let latent = combination(a, x, b, try model(x, step.timestep))
    guard i + 1 < path.count else { return latent }
    let next = path[i + 1]
    let h = lambda[i + 1] - lambda[i]
    var estimate = latent
    if let previous {
      // Extrapolates the latent to the middle of the step: D = (1 + 1/2r)·zᵢ − 1/2r·zᵢ₋₁.
      let half = h / (2 * (lambda[i] - lambda[i - 1]))
      estimate = combination(Float(1 + half), latent, Float(-half), previous)
    }
    x = combination(
      Float(next.sigma / step.sigma), x, Float(-next.signal * Foundation.expm1(-h)), estimate)
    previous = latent
  }
  return x
}

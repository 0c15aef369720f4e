/// DDIM with η = 0: from the predicted latent ẑ and noise ε̂ at one timestep to
/// √ᾱ·ẑ + √(1 − ᾱ)·ε̂ at the next; the last step gives ẑ.
///
/// Source: Song, Meng and Ermon, "Denoising diffusion implicit models", ICLR 2021.
func sampleDDIM(
  _ noise: Tensor, _ path: [Step], _ prediction: Prediction,
  _ model: (Tensor, Int) throws -> Tensor
) rethrows -> Tensor {
  var x = noise
  for (i, step) in path.enumerated() {
    let output = try model(x, step.timestep)
    let (zx, zo) = prediction.latent(signal: step.signal, sigma: step.sigma)
    let latent = combination(zx, x, zo, output)
    guard i + 1 < path.count else { return latent }
    let (nx, no) = prediction.noise(signal: step.signal, sigma: step.sigma)
    let predictedNoise = combination(nx, x, no, output)
    x = combination(
      Float(path[i + 1].signal), latent, Float(path[i + 1].sigma), predictedNoise)
  }
  return x
}

import CKernels

/// How far latents are from what the prior knows: the mean over a fixed list of (t, ε) of
/// w(t)·‖ε_θ(√ᾱ_t·z + √(1 − ᾱ_t)·ε, t, c) − ε‖², with w(t) = 1 − ᾱ_t.
///
/// The error of a noise prediction is that of the latent it implies times √(ᾱ/(1 − ᾱ)); this w
/// keeps the small timesteps from drowning the others.
public struct PriorResidual {
  private let schedule: NoiseSchedule
  private let prediction: Prediction
  private let timesteps: [Int]
  private let noises: [Tensor]

  /// The list's noises, of `shape` [h, w, c], come from (seed, `.diffusion`, class 1, position in
  /// the list), whatever the timestep there; all latents share them.
  public init(
    schedule: NoiseSchedule, prediction: Prediction, timesteps: [Int], shape: [Int], seed: UInt64
  ) {
    precondition(timesteps.allSatisfy { (0..<NoiseSchedule.steps).contains($0) }, "\(timesteps)")
    self.schedule = schedule
    self.prediction = prediction
    self.timesteps = timesteps
    noises = timesteps.indices.map { i in
      var random = Philox(seed: seed, .diffusion, class: 1, index: i)
      return random.normal(shape)
    }
  }

  /// The residual of each latent [n, h, w, c].
  public func values(
    _ network: DiffusionTransformer, latents: Tensor, labels: [Int]
  ) -> [Double] {
    evaluate(network, latents, labels, .inference).residuals
  }

  /// The residual of each latent and its gradient by the latent.
  public func gradient(
    _ network: DiffusionTransformer, latents: Tensor, labels: [Int]
  ) -> (residuals: [Double], gradient: Tensor) {
    let (residuals, outputGradient, direct) = evaluate(network, latents, labels, .frozen)
    let throughNetwork = network.backward(outputGradient)
    let (n, size) = (latents.rows, latents.rowSize)
    let result = Tensor(zeros: latents.shape)
    for (k, timestep) in timesteps.enumerated() {
      let signal = Float(schedule.signal(timestep))
      let offset = k * n * size
      psr_axpy(n * size, signal, direct.pointer + offset, result.pointer)
      psr_axpy(n * size, signal, throughNetwork.pointer + offset, result.pointer)
    }
    return (residuals, result)
  }

  /// The residuals, their gradient by the network's output, and that by x_t past the network. Rows
  /// are ordered by the list first, then by latent.
  private func evaluate(
    _ network: DiffusionTransformer, _ latents: Tensor, _ labels: [Int], _ pass: Pass
  ) -> (residuals: [Double], output: Tensor, direct: Tensor) {
    let (n, size) = (latents.rows, latents.rowSize)
    let shape = [timesteps.count * n] + latents.shape.dropFirst()
    let noisy = Tensor(uninitialized: shape)
    for (k, timestep) in timesteps.enumerated() {
      let signal = Float(schedule.signal(timestep))
      let sigma = Float(schedule.noise(timestep))
      for i in 0..<n * size {
        noisy.pointer[k * n * size + i] =
          signal * latents.pointer[i] + sigma * noises[k].pointer[i % size]
      }
    }
    let output = network.forward(
      noisy, timesteps: timesteps.flatMap { Array(repeating: Float($0), count: n) },
      labels: timesteps.flatMap { _ in labels }, pass)

    let outputGradient = Tensor(uninitialized: shape)
    let direct = Tensor(uninitialized: shape)
    var residuals = [Double](repeating: 0, count: n)
    for (k, timestep) in timesteps.enumerated() {
      let (a, b) = prediction.noise(
        signal: schedule.signal(timestep), sigma: schedule.noise(timestep))
      let weight = (1 - schedule.remaining[timestep]) / Double(timesteps.count)
      for row in 0..<n {
        var sum = 0.0
        for j in 0..<size {
          let i = (k * n + row) * size + j
          let error = a * noisy.pointer[i] + b * output.pointer[i] - noises[k].pointer[j]
          sum += Double(error * error)
          outputGradient.pointer[i] = Float(2 * weight) * error * b
          direct.pointer[i] = Float(2 * weight) * error * a
        }
        residuals[row] += weight * sum
      }
    }
    return (residuals, outputGradient, direct)
  }
}

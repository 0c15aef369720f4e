/// The training loss of a diffusion model: mean squared error of its prediction at a random
/// timestep of each latent, some labels being dropped for classifier-free guidance.
///
/// A latent's timestep and noise come from (seed, `.diffusion`, place in the batch, step) and its
/// dropped label from (seed, `.labelDropout`, place, step).
public struct DiffusionLoss: Sendable {
  public let schedule: NoiseSchedule
  public let prediction: Prediction
  public let seed: UInt64
  /// The share of labels replaced by "no class".
  public let dropout: Float

  public init(
    schedule: NoiseSchedule, prediction: Prediction = .v, seed: UInt64, dropout: Float = 0.1
  ) {
    self.schedule = schedule
    self.prediction = prediction
    self.seed = seed
    self.dropout = dropout
  }

  /// What a network is asked, and what it should answer.
  struct Question {
    let noisy: Tensor
    let timesteps: [Float]
    let labels: [Int]
    let target: Tensor
  }

  /// Adds to the gradients of `network` and returns the loss, the mean over all elements of
  /// `latents` [n, h, w, c].
  public func train(
    _ network: DiffusionTransformer, latents: Tensor, labels: [Int], step: Int
  ) -> Double {
    let question = question(latents, labels, nullLabel: network.nullLabel, step: step)
    let output = network.forward(
      question.noisy, timesteps: question.timesteps, labels: question.labels, .training)
    let (loss, gradient) = Self.error(of: output, question.target)
    network.backward(gradient)
    return loss
  }

  func question(_ latents: Tensor, _ labels: [Int], nullLabel: Int, step: Int) -> Question {
    precondition(labels.count == latents.rows, "\(labels.count) labels of \(latents.rows) latents")
    let timesteps = Tensor(uninitialized: [latents.rows])
    let noisy = Tensor(uninitialized: latents.shape)
    let target = Tensor(uninitialized: latents.shape)
    let size = latents.rowSize
    parallel(latents.rows, grain: 8) { range in
      for i in range {
        var random = Philox(seed: seed, .diffusion, index: i, step: step)
        let timestep = random.integer(below: NoiseSchedule.steps)
        timesteps.pointer[i] = Float(timestep)
        let signal = Float(schedule.signal(timestep))
        let sigma = Float(schedule.noise(timestep))
        for j in i * size..<(i + 1) * size {
          let (latent, noise) = (latents.pointer[j], random.normal())
          noisy.pointer[j] = signal * latent + sigma * noise
          target.pointer[j] = prediction.target(
            latent: latent, noise: noise, signal: signal, sigma: sigma)
        }
      }
    }
    let kept = labels.enumerated().map { i, label in
      var random = Philox(seed: seed, .labelDropout, index: i, step: step)
      return random.uniform() < dropout ? nullLabel : label
    }
    return Question(
      noisy: noisy, timesteps: timesteps.values, labels: kept, target: target)
  }

  /// The mean squared error and its gradient by `output`.
  static func error(of output: Tensor, _ target: Tensor) -> (loss: Double, gradient: Tensor) {
    let gradient = Tensor(uninitialized: output.shape)
    let factor = 2 / Float(output.count)
    var sum = 0.0
    for i in 0..<output.count {
      let difference = output.pointer[i] - target.pointer[i]
      sum += Double(difference * difference)
      gradient.pointer[i] = factor * difference
    }
    return (sum / Double(output.count), gradient)
  }
}

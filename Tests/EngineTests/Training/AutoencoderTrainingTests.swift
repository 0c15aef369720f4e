import Testing

@testable import Engine

struct AutoencoderTrainingTests {
  /// Every parameter's gradient of the whole loss: errors, sampling and divergence.
  @Test func gradients() {
    let training = AutoencoderTraining(side: 18, epochs: 1, absolute: 0.3, divergence: 0.2, seed: 3)
    let network = AutoencoderTests.network()
    var random = Philox(seed: 1, .test)
    let images = random.normal([2, 16, 16, 1])
    network.parameters.zeroGradients()
    _ = training.accumulate(network, images, step: 7)
    let gradients = network.parameters.map { $0.gradient.copy() }
    for (parameter, gradient) in zip(network.parameters, gradients) {
      let error = gradientError(of: gradient, by: parameter, step: 3e-3, limit: 6) {
        training.accumulate(network, images, step: 7)
      }
      #expect(error < 2e-2, "\(parameter.name)")
    }
  }

  /// Posteriors out of range neither overflow nor push further.
  @Test func posteriorKeepsLogVariancesInRange() {
    let moments = Tensor([1, 2, 1e4, -1e4], shape: [1, 1, 1, 4])
    let posterior = Posterior(moments, seed: 1, step: 0)
    #expect(posterior.sample.isFinite && abs(posterior.sample[1] - 2) < 1e-4)
    let (loss, gradient) = posterior.gradient(
      sample: Tensor([1, 1], shape: [1, 1, 1, 2]), divergence: 1e-3)
    #expect(loss.isFinite && gradient.isFinite)
    #expect(gradient[2] == 0 && gradient[3] == 0)
  }

  /// Trained latents have mean 0 and variance 1, and the loss falls.
  @Test func trains() throws {
    let images = try RealImages.first(96)
    var notes: [String] = []
    let training = AutoencoderTraining(
      latentChannels: 2, blockChannels: [4, 8], layersPerBlock: 1, groups: 2, side: 28, epochs: 12,
      batch: 16, rate: 1e-2, seed: 1)
    let network = try training.run(images, checkpoint: nil) { _, _, note in notes.append(note) }
    let latents = network.encode(images.batch(Array(0..<96), .symmetric)).values.map(Double.init)
    let mean = latents.reduce(0, +) / Double(latents.count)
    let variance = latents.reduce(0) { $0 + $1 * $1 } / Double(latents.count) - mean * mean
    #expect(abs(mean) < 1e-3 && abs(variance - 1) < 1e-3)
    // One before the first step.
    #expect(notes.count == 73)
    let losses = notes.compactMap { Double($0.split(separator: " ").last ?? "") }
    #expect(losses.count == 72 && losses[71] < 0.8 * losses[0])
  }

  @Test func impossibleSizesAreRefused() throws {
    let images = try RealImages.first(4)
    let training = AutoencoderTraining(side: 29, epochs: 1)
    #expect(throws: FormatError.self) {
      try training.run(images, checkpoint: nil) { _, _, _ in }
    }
  }
}

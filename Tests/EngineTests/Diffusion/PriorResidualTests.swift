import Foundation
import Testing

@testable import Engine

struct PriorResidualTests {
  @Test(arguments: [Prediction.v, .epsilon]) func gradientByTheLatents(_ prediction: Prediction) {
    let network = DiffusionTransformerTests.network()
    let latents = DiffusionTransformerTests.latents()
    let residual = PriorResidual(
      schedule: NoiseSchedule(.cosine), prediction: prediction, timesteps: [50, 300, 700],
      shape: [6, 4, 3], seed: 5)
    let labels = [0, 4, 2]
    let (values, gradient) = residual.gradient(network, latents: latents, labels: labels)
    let error = gradientError(of: gradient, by: latents) {
      residual.values(network, latents: latents, labels: labels).reduce(0, +)
    }
    #expect(error < 5e-3)
    #expect(values == residual.values(network, latents: latents, labels: labels))
  }

  /// A fresh network's output is 0. As noise its error is −ε; as v it stands for the noise σ·x_t,
  /// whose error σ·(α·z + σ·ε) − ε is α·(σ·z − α·ε).
  @Test(arguments: [Prediction.v, .epsilon]) func isItsFormula(_ prediction: Prediction) {
    var initializer = Initializer(seed: 3)
    let network = DiffusionTransformer(
      DiffusionTransformerTests.configuration, initializer: &initializer)
    let latents = DiffusionTransformerTests.latents()
    let timesteps = [50, 300, 700]
    let residual = PriorResidual(
      schedule: NoiseSchedule(.cosine), prediction: prediction, timesteps: timesteps,
      shape: [6, 4, 3], seed: 5)
    func share(_ t: Int) -> Double {
      let cosine = cos((Double(t) / 1000 + 0.008) / 1.008 * .pi / 2)
      return cosine * cosine
    }
    var expected = [0.0, 0, 0]
    for (k, t) in timesteps.enumerated() {
      let remaining = share(t + 1) / share(0)
      let (signal, sigma) = (remaining.squareRoot(), (1 - remaining).squareRoot())
      var random = Philox(seed: 5, .diffusion, class: 1, index: k)
      let noise = random.normal([6, 4, 3]).values.map(Double.init)
      for i in 0..<latents.count {
        let ofV = signal * (sigma * Double(latents[i]) - signal * noise[i % 72])
        let error = prediction == .v ? ofV : noise[i % 72]
        expected[i / 72] += (1 - remaining) * error * error / 3
      }
    }
    let found = residual.values(network, latents: latents, labels: [0, 4, 2])
    for (found, expected) in zip(found, expected) { #expect(abs(found / expected - 1) < 1e-5) }
  }

  /// A sample's residual is its own: others in the batch do not enter.
  @Test func samplesAreIndependent() {
    let network = DiffusionTransformerTests.network()
    let latents = DiffusionTransformerTests.latents()
    let residual = PriorResidual(
      schedule: NoiseSchedule(.cosine), prediction: .v, timesteps: [100, 500], shape: [6, 4, 3],
      seed: 5)
    let together = residual.values(network, latents: latents, labels: [0, 4, 2])
    for i in 0..<3 {
      let alone = residual.values(
        network, latents: latents.rows(i..<i + 1), labels: [[0, 4, 2][i]])
      #expect(abs(alone[0] - together[i]) < 1e-4 * together[i])
    }
  }
}

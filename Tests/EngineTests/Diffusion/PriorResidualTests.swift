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

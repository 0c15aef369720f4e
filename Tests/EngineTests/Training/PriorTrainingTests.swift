import Testing

@testable import Engine

struct PriorTrainingTests {
  /// After one step the average holds a tenth of the weights before it: a young average's decay.
  @Test func theAverageIsKept() throws {
    let images = try RealImages.first(8)
    let autoencoder = Autoencoder(
      Autoencoder.Configuration(
        image: [28, 28, 1], side: 32, latentChannels: 2, blockChannels: [4, 4, 4],
        layersPerBlock: 1, groups: 2), seed: 1)
    func train(average: Float) throws -> DiffusionTransformer {
      try PriorTraining(
        width: 8, depth: 1, heads: 2, epochs: 1, batch: 8, rate: 1, average: average, seed: 5
      ).run(images, autoencoder, checkpoint: nil) { _, _, _ in }
    }
    let last = try train(average: 0)
    let kept = try train(average: 0.9)
    var initializer = Initializer(seed: 5)
    let first = DiffusionTransformer(last.configuration, initializer: &initializer)
    var largest: Float = 0
    for (i, parameter) in kept.parameters.enumerated() {
      let (before, after) = (first.parameters[i].value, last.parameters[i].value)
      for j in 0..<before.count {
        largest = max(largest, abs(after[j] - before[j]))
        let error = abs(parameter.value[j] - (0.1 * before[j] + 0.9 * after[j]))
        #expect(error < 1e-6, "\(parameter.name)")
      }
    }
    #expect(largest > 1e-3)
  }
}

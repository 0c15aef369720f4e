import Testing

@testable import Engine

struct DiffusionLossTests {
  private let schedule = NoiseSchedule(.cosine)

  @Test(arguments: [Prediction.v, .epsilon]) func targetAndNoisyGiveTheLatentBack(
    _ prediction: Prediction
  ) {
    let loss = DiffusionLoss(schedule: schedule, prediction: prediction, seed: 4, dropout: 0)
    var random = Philox(seed: 1, .test)
    let latents = random.normal([16, 2, 2, 3])
    let labels = Array(repeating: 2, count: 16)
    let question = loss.question(latents, labels, nullLabel: 9, step: 5)
    #expect(question.labels == labels)
    for i in 0..<16 where question.timesteps[i] < 900 {
      let t = Int(question.timesteps[i])
      let (a, b) = prediction.latent(signal: schedule.signal(t), sigma: schedule.noise(t))
      for j in i * 12..<(i + 1) * 12 {
        let found = a * question.noisy[j] + b * question.target[j]
        #expect(abs(found - latents[j]) < 1e-4)
      }
    }
  }

  @Test func drawsDependOnStepAndPlaceAlone() {
    let loss = DiffusionLoss(schedule: schedule, seed: 4, dropout: 0.5)
    let latents = Tensor(zeros: [64, 1, 1, 4])
    let labels = Array(repeating: 0, count: 64)
    let first = loss.question(latents, labels, nullLabel: 1, step: 0)
    let fewer = loss.question(latents.rows(0..<8), Array(labels[..<8]), nullLabel: 1, step: 0)
    #expect(fewer.noisy.values == first.noisy.rows(0..<8).values)
    #expect(fewer.timesteps == Array(first.timesteps[..<8]))
    #expect(fewer.labels == Array(first.labels[..<8]))
    let second = loss.question(latents, labels, nullLabel: 1, step: 1)
    #expect(second.timesteps != first.timesteps)
    #expect(second.noisy.values != first.noisy.values)
    #expect((16...48).contains(first.labels.reduce(0, +)))
  }

  @Test func gradientOfTheError() {
    var random = Philox(seed: 2, .test)
    let output = random.normal([3, 5])
    let target = random.normal([3, 5])
    let gradient = DiffusionLoss.error(of: output, target).gradient
    let error = gradientError(of: gradient, by: output) {
      DiffusionLoss.error(of: output, target).loss
    }
    #expect(error < 1e-3)
  }

  @Test func trainingLowersTheLoss() {
    var initializer = Initializer(seed: 3)
    let network = DiffusionTransformer(
      DiffusionTransformerTests.configuration, initializer: &initializer)
    let optimizer = AdamW(network.parameters, decay: 0)
    let loss = DiffusionLoss(schedule: schedule, seed: 7)
    let latents = DiffusionTransformerTests.latents(32)
    let labels = (0..<32).map { $0 % 5 }
    var losses: [Double] = []
    for _ in 0...100 {
      network.parameters.zeroGradients()
      losses.append(loss.train(network, latents: latents, labels: labels, step: 0))
      optimizer.step(rate: 3e-3)
    }
    #expect(losses[0] > 0.8)
    #expect(losses[100] < 0.5 * losses[0])
  }
}

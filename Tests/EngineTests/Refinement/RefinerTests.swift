import Testing

@testable import Engine

struct RefinerTests {
  private static let image = [16, 16, 1]

  private static func refiner(_ settings: Refiner.Settings) -> Refiner {
    let autoencoder = Autoencoder(
      Autoencoder.Configuration(
        image: image, side: 16, latentChannels: 2, blockChannels: [4, 8], layersPerBlock: 1,
        groups: 2), seed: 1)
    var initializer = Initializer(seed: 3)
    let prior = DiffusionTransformer(
      DiffusionTransformer.Configuration(
        width: 8, depth: 1, heads: 2, patch: 2, latent: [8, 8, 2], classes: 3),
      initializer: &initializer)
    for parameter in prior.parameters where parameter.isTrainable {
      parameter.value = initializer.normal(parameter.value.shape, deviation: 0.2)
      parameter.changed()
    }
    return Refiner(
      autoencoder: autoencoder, prior: prior,
      teacher: Classifier(
        ClassifierArchitecture(.convnet, depth: 2, width: 8, image: image, classes: 3), seed: 5),
      judge: Classifier(
        ClassifierArchitecture(.resnet, depth: 10, width: 4, image: image, classes: 3), seed: 6),
      scaling: ImageScaling(mean: [0.4], sd: [0.3]), settings: settings, flips: true, seed: 7)
  }

  private static func latents(_ count: Int = 4) -> Tensor {
    var random = Philox(seed: 2, .test)
    return random.normal([count, 8, 8, 2])
  }

  private static func refine(
    _ settings: Refiner.Settings, _ latents: Tensor = latents(), label: Int = 1,
    rounded: (Tensor) -> Tensor = { $0 }
  ) -> (latents: Tensor, images: Tensor, outcomes: [Refiner.Outcome]) {
    refiner(settings).refine(
      latents, label: label, target: oneHot([label], classes: 3).values, rounded: rounded,
      progress: { _ in })
  }

  private func distance(_ a: Tensor, _ b: Tensor, row: Int) -> Float {
    let pairs = zip(a.rows(row..<row + 1).values, b.rows(row..<row + 1).values)
    return (pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Float(a.rowSize)).squareRoot()
  }

  @Test func settingsAreRespected() {
    var settings = Refiner.Settings()
    settings.steps = 6
    settings.rate = 0.1
    settings.radius = 0.2
    let refiner = Self.refiner(settings)
    let latents = Self.latents()
    let before = latents.values
    var steps: [Int] = []
    let refined = refiner.refine(
      latents, label: 1, target: [0.1, 0.8, 0.1], rounded: { $0 }, progress: { steps.append($0) })
    #expect(steps == Array(1...6))
    #expect(latents.values == before)
    #expect(refined.latents.shape == latents.shape && refined.images.shape == [4, 16, 16, 1])
    #expect(refined.outcomes.count == 4)
    for (row, outcome) in refined.outcomes.enumerated() {
      #expect(abs(outcome.distance - distance(refined.latents, latents, row: row)) < 1e-5)
      // Six steps of 0.1 leave the region unless they are held back.
      #expect(outcome.distance > 0.1 && outcome.distance <= 0.2001)
      for number in [
        outcome.judgeLossBefore, outcome.judgeLossAfter, outcome.teacherLossBefore,
        outcome.teacherLossAfter, outcome.residualBefore, outcome.residualAfter,
        outcome.highFrequencyBefore, outcome.highFrequencyAfter,
      ] { #expect(number.isFinite && number > 0) }
    }
    #expect(refiner.residuals(latents, label: 1) == refined.outcomes.map(\.residualBefore))
  }

  /// Without the other terms the teacher's loss falls for every latent, and with a residual's
  /// weight alone the residual does.
  @Test func eachTermIsMinimised() {
    var settings = Refiner.Settings()
    settings.steps = 8
    settings.temperature = 1
    settings.proximity = 0
    settings.prior = 0
    let byTeacher = Self.refine(settings)
    #expect(byTeacher.outcomes.allSatisfy { $0.teacherLossAfter < $0.teacherLossBefore })
    settings.prior = 1000
    let byPrior = Self.refine(settings)
    #expect(byPrior.outcomes.allSatisfy { $0.residualAfter < $0.residualBefore })
    settings.prior = 0
    settings.proximity = 1000
    let near = Self.refine(settings)
    for (one, other) in zip(near.outcomes, byTeacher.outcomes) {
      #expect(one.distance < other.distance)
    }
  }

  /// What is stored, not what was optimised, is shown and judged.
  @Test func outcomesAreOfWhatIsStored() {
    var settings = Refiner.Settings()
    settings.steps = 1
    let latents = Self.latents(2)
    let stored = Tensor(latents.values.map { $0 + 1 }, shape: latents.shape)
    let refined = Self.refine(settings, latents) { _ in stored }
    #expect(refined.latents.values == stored.values)
    #expect(refined.outcomes.allSatisfy { abs($0.distance - 1) < 1e-5 })
    let broken = Self.refine(settings, latents) {
      Tensor($0.values.map { _ in Float.nan }, shape: $0.shape)
    }
    #expect(broken.outcomes.allSatisfy { $0.verdict == .nan })
  }

  /// A latent that stays as it is does not convince the judge; a residual may not grow too far.
  @Test func verdicts() {
    var settings = Refiner.Settings()
    settings.steps = 0
    let same = Self.refine(settings)
    #expect(same.outcomes.allSatisfy { [.judge, .label].contains($0.verdict) })
    #expect(same.outcomes.allSatisfy { $0.judgeLossBefore == $0.judgeLossAfter })
    settings.steps = 6
    settings.growth = -1
    for label in 0..<3 {
      let strict = Self.refine(settings, label: label)
      #expect(strict.outcomes.allSatisfy { $0.verdict != .accepted })
    }
  }

  @Test func throwingStops() {
    struct Stop: Error {}
    var last = 0
    #expect(throws: Stop.self) {
      _ = try Self.refiner(Refiner.Settings()).refine(
        Self.latents(1), label: 0, target: [1, 0, 0], rounded: { $0 },
        progress: { step in
          last = step
          if step == 2 { throw Stop() }
        })
    }
    #expect(last == 2)
  }

  @Test func highFrequencyTellsNoiseFromShapes() {
    var random = Philox(seed: 1, .test)
    let noise = random.normal([2, 64, 64, 3])
    let ramp = Tensor(uninitialized: [1, 32, 32, 1])
    let checkered = Tensor(uninitialized: [1, 32, 32, 1])
    for i in 0..<1024 {
      ramp[i] = Float(i / 32) / 16 + Float(i % 32) / 32
      checkered[i] = (i / 32 + i % 32) % 2 == 0 ? 1 : -1
    }
    #expect(abs(highFrequency(noise, row: 1) - 1) < 0.1)
    #expect(highFrequency(ramp, row: 0) < 1e-6)
    #expect(highFrequency(checkered, row: 0) > 2)
    #expect(highFrequency(Tensor(zeros: [1, 8, 8, 1]), row: 0) == 0)
  }
}

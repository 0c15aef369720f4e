import Foundation
import Testing

@testable import Engine

struct RefinerTests {
  private static let image = [16, 16, 1]

  /// Images of three classes, told apart by where they are bright.
  private static func images(_ count: Int, seed: UInt64) -> TrainingImages {
    var random = Philox(seed: seed, .test)
    let labels = (0..<count).map { $0 % 3 }
    let bytes = labels.flatMap { label in
      (0..<256).map { i in
        UInt8(i / 16 / 6 == label ? 140 + random.integer(below: 110) : random.integer(below: 60))
      }
    }
    return TrainingImages(
      image: image, classes: 3, bytes: bytes, labels: labels, mean: [0.4], sd: [0.3])
  }

  /// With one-hot labels as what a student should say.
  static func labelled(_ count: Int, seed: UInt64) -> (TrainingImages, Tensor) {
    let images = images(count, seed: seed)
    return (images, oneHot(images.labels, classes: 3))
  }

  private static func settings(_ change: (inout Refiner.Settings) -> Void = { _ in })
    -> Refiner.Settings
  {
    var settings = Refiner.Settings()
    settings.steps = 8
    settings.width = 8
    settings.networks = 1
    change(&settings)
    return settings
  }

  private static let autoencoder = Autoencoder.Configuration(
    image: image, side: 16, latentChannels: 2, blockChannels: [4, 8], layersPerBlock: 1, groups: 2)

  private static func teacher() -> Classifier {
    Classifier(
      ClassifierArchitecture(.convnet, depth: 2, width: 8, image: image, classes: 3), seed: 5)
  }

  private static func refiner(
    _ settings: Refiner.Settings, _ formation: Formation = Formation(factor: 1),
    judge: Classifier? = nil
  ) -> Refiner {
    let autoencoder = Autoencoder(autoencoder, seed: 1)
    var initializer = Initializer(seed: 3)
    let prior = DiffusionTransformer(
      DiffusionTransformer.Configuration(
        width: 8, depth: 1, heads: 2, patch: 2, latent: [8, 8, 2], classes: 3),
      initializer: &initializer)
    for parameter in prior.parameters where parameter.isTrainable {
      parameter.value = initializer.normal(parameter.value.shape, deviation: 0.2)
    }
    return Refiner(
      autoencoder: autoencoder, prior: prior,
      teacher: teacher(),
      judge: judge
        ?? Classifier(
          ClassifierArchitecture(.resnet, depth: 10, width: 4, image: image, classes: 3), seed: 6),
      real: labelled(90, seed: 8), held: labelled(30, seed: 9), formation: formation,
      settings: settings, flips: false, seed: 7, studentWidth: 8)
  }

  private static var members: Refiner.Members {
    var random = Philox(seed: 2, .test)
    return Refiner.Members(
      latents: random.normal([6, 8, 8, 2]), labels: [0, 0, 1, 1, 2, 2], settled: nil)
  }

  private func distance(_ a: Tensor, _ b: Tensor, row: Int) -> Float {
    let pairs = zip(a.rows(row..<row + 1).values, b.rows(row..<row + 1).values)
    return (pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Float(a.rowSize)).squareRoot()
  }

  /// Real images that no step saw are predicted better, by networks that no step used.
  @Test(arguments: [1, 2]) func theSetTeachesMore(_ factor: Int) throws {
    let refiner = Self.refiner(Self.settings { $0.steps = 30 }, Formation(factor: factor))
    let refined = try refiner.refine(
      Self.members, rounded: { $0 }, progress: { _ in })
    for outcome in refined.outcomes {
      #expect(outcome.setLossAfter < 0.9 * outcome.setLossBefore)
      #expect(outcome.verdict != .students)
    }
  }

  @Test func settingsAreRespected() throws {
    let refiner = Self.refiner(
      Self.settings {
        $0.rate = 0.1
        $0.radius = 0.2
      })
    let latents = Self.members.latents
    let before = latents.values
    var steps: [Int] = []
    let refined = try refiner.refine(
      Self.members, rounded: { $0 }, progress: { steps.append($0) })
    // Before the first step the set is judged as it is.
    // The last is told again while the outcome is judged.
    let told = steps.drop { $0 == 0 }
    #expect(steps.first == 0 && Array(told.prefix(8)) == Array(1...8))
    #expect(told.dropFirst(8).allSatisfy { $0 == 8 })
    #expect(latents.values == before)
    #expect(refined.latents.shape == latents.shape && refined.images.shape == [6, 16, 16, 1])
    for (row, outcome) in refined.outcomes.enumerated() {
      #expect(abs(outcome.distance - distance(refined.latents, latents, row: row)) < 1e-5)
      // Eight steps of 0.1 leave the region unless they are held back; what is refused there goes
      // halfway back three times.
      let halves = log2(0.2 / outcome.distance)
      #expect(outcome.distance <= 0.2001 && outcome.distance >= 0.0249)
      #expect(abs(halves - halves.rounded()) < 0.01)
      if [.label, .prior].contains(outcome.verdict) { #expect(halves.rounded() == 3) }
    }
    #expect(
      refiner.residuals(latents, labels: Self.members.labels)
        == refined.outcomes.map(\.residualBefore))
  }

  /// A pool cannot take back what it stored.
  @Test func whatIsNoNumberStaysAsItWas() throws {
    let refined = try Self.refiner(Self.settings()).refine(
      Self.members,
      rounded: { latents in
        let result = latents.copy()
        result.setRows(at: 0, Tensor([Float](repeating: .nan, count: 128), shape: [1, 8, 8, 2]))
        return result
      }, progress: { _ in })
    #expect(
      refined.outcomes.map { $0.verdict == .nan } == [true] + Array(repeating: false, count: 5))
    #expect(refined.latents.rows(0..<1).values == Self.members.latents.rows(0..<1).values)
    #expect(refined.images.isFinite)
  }

  @Test func eachTermIsMinimised() throws {
    func mean(_ outcomes: [Outcome], _ path: KeyPath<Outcome, Float>) -> Float {
      outcomes.reduce(0) { $0 + $1[keyPath: path] } / Float(outcomes.count)
    }
    let free = try Self.refiner(Self.settings()).refine(
      Self.members, rounded: { $0 }, progress: { _ in }
    ).outcomes
    let byPrior = try Self.refiner(Self.settings { $0.prior = 1000 })
      .refine(Self.members, rounded: { $0 }, progress: { _ in }).outcomes
    #expect(mean(byPrior, \.residualAfter) < mean(free, \.residualAfter))
    #expect(byPrior.allSatisfy { $0.residualAfter < $0.residualBefore })
    let near = try Self.refiner(Self.settings { $0.proximity = 1000 })
      .refine(Self.members, rounded: { $0 }, progress: { _ in }).outcomes
    #expect(mean(near, \.distance) < mean(free, \.distance))
  }

  /// Of L(S) + λ_prior·Σ R(z)/(n·d) + λ_prox·Σ‖z − z₀‖²/(n·d). The sixth step asks the prior at the
  /// second timestep.
  @Test(arguments: [(0, 0), (1000, 0), (0, 1000)] as [(Float, Float)])
  func gradientIsTheObjectivesChange(_ prior: Float, _ proximity: Float) throws {
    let refiner = Self.refiner(
      Self.settings {
        $0.prior = prior
        $0.proximity = proximity
      })
    let members = Self.members
    let residual = PriorResidual(
      schedule: NoiseSchedule(.cosine), prediction: .v, timesteps: [150], shape: [8, 8, 2], seed: 7)
    let scaling = ImageScaling(mean: [0.4], sd: [0.3])
    let draw = refiner.loss.draw(step: 5, members: 6)
    func objective(_ latents: Tensor) throws -> Double {
      let images = scaling.standardised(symmetric: refiner.decoded(latents))
      let set = try #require(refiner.loss.gradient(draw, images, labels: members.labels))
      let residuals = residual.values(refiner.prior, latents: latents, labels: members.labels)
      var distance = 0.0
      for i in 0..<768 {
        let d = Double(latents[i]) - Double(members.latents[i])
        distance += d * d
      }
      return Double(set.loss) + Double(prior) * residuals.reduce(0, +) / 768
        + Double(proximity) * distance / 768
    }
    var random = Philox(seed: 10, .test)
    let latents = random.normal([6, 8, 8, 2])
    let gradient = Tensor(zeros: latents.shape)
    refiner.addGradient(to: gradient, members, latents, step: 5)
    try checkGradient(gradient, at: latents, tolerance: 0.1, loss: objective)
  }

  @Test func theLastThirdOfTheStepsIsSlow() throws {
    let refiner = Self.refiner(Self.settings { $0.steps = 6 })
    var end: Tensor?
    _ = try refiner.refine(
      Self.members,
      rounded: {
        end = end ?? $0.copy()
        return $0
      })
    let latents = Parameter("latents", Self.members.latents)
    let adam = AdamW([latents], beta2: 0.99, decay: 0)
    for (step, rate) in ([0.05, 0.05, 0.05, 0.05, 0.01, 0.01] as [Float]).enumerated() {
      latents.gradient.fill(0)
      refiner.addGradient(to: latents.gradient, Self.members, latents.value, step: step)
      adam.step(rate: rate)
    }
    #expect(relativeDifference(try #require(end), latents.value) < 1e-5)
  }

  /// What is settled takes part and stays: newcomers come out differently beside it.
  @Test func settledMembersTakePart() throws {
    let refiner = Self.refiner(Self.settings())
    var members = Self.members
    let alone = try refiner.refine(members, rounded: { $0 }, progress: { _ in })
    let settled = Self.images(3, seed: 12)
    members.settled = (settled.batch([0, 1, 2], .standard), settled.labels)
    let images = members.settled!.images.values
    let beside = try refiner.refine(members, rounded: { $0 }, progress: { _ in })
    #expect(beside.latents.shape == alone.latents.shape)
    #expect(beside.latents.values != alone.latents.values)
    #expect(beside.outcomes[0].setLossBefore != alone.outcomes[0].setLossBefore)
    #expect(members.settled!.images.values == images)
  }

  @Test func theSameBitsAgain() throws {
    let refiner = Self.refiner(Self.settings())
    let first = try refiner.refine(Self.members, rounded: Half.rounded, progress: { _ in })
    let second = try refiner.refine(Self.members, rounded: Half.rounded, progress: { _ in })
    #expect(first.latents.values == second.latents.values)
    #expect(first.outcomes.map(\.setLossAfter) == second.outcomes.map(\.setLossAfter))
  }

  /// What is stored, not what was optimised, is shown and judged.
  @Test func threadsDoNotMatter() throws {
    let runs = try [1, 2, 3].map { count in
      try Threads.$count.withValue(count) {
        try Self.refiner(Self.settings { $0.networks = 2 })
          .refine(Self.members, rounded: Half.rounded)
      }
    }
    for run in runs {
      #expect(run.latents.values == runs[0].latents.values)
      #expect(run.outcomes.map(\.setLossAfter) == runs[0].outcomes.map(\.setLossAfter))
    }
  }

  @Test func outcomesAreOfWhatIsStored() throws {
    let refiner = Self.refiner(Self.settings { $0.steps = 1 })
    let latents = Self.members.latents
    let stored = Tensor(latents.values.map { $0 + 1 }, shape: latents.shape)
    let refined = try refiner.refine(
      Self.members, rounded: { _ in stored }, progress: { _ in })
    #expect(refined.latents.values == stored.values)
    #expect(refined.outcomes.allSatisfy { abs($0.distance - 1) < 1e-5 })
    let broken = try refiner.refine(
      Self.members,
      rounded: { Tensor($0.values.map { _ in Float.nan }, shape: $0.shape) },
      progress: { _ in })
    #expect(broken.outcomes.allSatisfy { $0.verdict == .nan })
  }

  /// Members of the classes that the teacher sees in them.
  private static func seen(_ count: Int) -> Refiner.Members {
    var random = Philox(seed: 4, .test)
    let latents = random.normal([count, 8, 8, 2])
    let images = ImageScaling(mean: [0.4], sd: [0.3])
      .standardised(symmetric: Autoencoder(autoencoder, seed: 1).decode(latents))
    return Refiner.Members(
      latents: latents, labels: teacher().forward(images, .inference).logits.argmaxRows(),
      settled: nil)
  }

  /// Some would lose class or prior were they let go; none does, and most have moved.
  @Test func whatHadItsClassAndThePriorKeepsThem() throws {
    var members = Self.seen(24)
    members.latents = Half.rounded(members.latents)
    func lost(_ check: Int) throws -> Int {
      let settings = Self.settings {
        ($0.steps, $0.check, $0.rate, $0.prior) = (24, check, 0.2, 0)
      }
      let refiner = Self.refiner(settings, judge: Self.teacher())
      let had = refiner.keeps(members.latents, members, refiner.origin(of: members) {})
      let outcomes = try refiner.refine(members, rounded: Half.rounded, progress: { _ in }).outcomes
      #expect(outcomes.count { $0.distance > 0.1 } > 12)
      return zip(had, outcomes).count { $0 && [.label, .prior].contains($1.verdict) }
    }
    #expect(try lost(0) > 0)
    #expect(try lost(5) == 0)
  }

  @Test func membersThatShareAnImageAreCheckedUnlessSaidOtherwise() {
    var settings = Refiner.Settings()
    #expect([1, 2].map { settings.check(Formation(factor: $0)) } == [0, 20])
    settings.check = 5
    #expect([1, 2].map { settings.check(Formation(factor: $0)) } == [5, 5])
  }

  /// The loss that accepts is that of the set that is kept: with refused members as they were.
  @Test func theKeptSetIsJudged() throws {
    let refiner = Self.refiner(Self.settings(), judge: Self.teacher())
    var members = Self.seen(36)
    members.labels = members.labels.enumerated().map { $0 % 4 == 3 ? ($1 + 1) % 3 : $1 }
    let refined = try refiner.refine(members, rounded: { $0 }, progress: { _ in })
    let accepted = refined.outcomes.indices.filter { refined.outcomes[$0].verdict == .accepted }
    try #require(!accepted.isEmpty && accepted.count < 36)
    let kept = members.latents.copy()
    for row in accepted { kept.setRows(at: row, refined.latents.rows(row..<row + 1)) }
    let again = try refiner.refine(
      Refiner.Members(latents: kept, labels: members.labels, settled: nil), rounded: { $0 },
      progress: { _ in })
    let (told, found) = (refined.outcomes[0].setLossAfter, again.outcomes[0].setLossBefore)
    #expect(abs(told - found) < 1e-6 * abs(found))
    #expect(told < refined.outcomes[0].setLossBefore)
  }

  @Test func throwingStops() {
    struct Stop: Error {}
    var last = 0
    #expect(throws: Stop.self) {
      _ = try Self.refiner(Self.settings()).refine(
        Self.members, rounded: { $0 },
        progress: { step in
          last = step
          if step == 2 { throw Stop() }
        })
    }
    #expect(last == 2)
  }

  /// It goes on, to the same bits; a checkpoint of another is not used.
  @Test func aStoppedRefinementGoesOn() throws {
    struct Stop: Error {}
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).checkpoint"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var refiner = Self.refiner(Self.settings { $0.check = 3 })
    func run(
      _ identity: String, stopAt: Int?, time: Int = 1
    ) throws -> (latents: [Float], first: Int) {
      var (first, times) = (0, 0)
      let refined = try refiner.refine(
        Self.members, rounded: Half.rounded,
        checkpoint: TrainingCheckpoint(path: path, identity: identity),
        progress: { step in
          if first == 0 { first = step }
          if step == stopAt { times += 1 }
          if times == time { throw Stop() }
        })
      return (refined.latents.values, first)
    }
    #expect(throws: Stop.self) { try run("a", stopAt: 5) }
    let other = try run("b", stopAt: nil)
    #expect(other.first == 1)
    #expect(throws: Stop.self) { try run("a", stopAt: 5) }
    let resumed = try run("a", stopAt: nil)
    #expect(resumed.first == 5 && resumed.latents == other.latents)
    // Also while what came out is judged, after the last step, and goes halfway back.
    refiner = Self.refiner(Self.settings())
    let steps = refiner.settings.steps
    let whole = try run("c", stopAt: nil)
    for time in 2...3 {
      try? FileManager.default.removeItem(atPath: path)
      #expect(throws: Stop.self) { try run("c", stopAt: steps, time: time) }
      let judged = try run("c", stopAt: nil)
      #expect(judged.first == steps && judged.latents == whole.latents)
    }
  }
}

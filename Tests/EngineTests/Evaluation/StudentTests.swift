import Foundation
import Testing

@testable import Engine

struct StudentTests {
  private static let architecture = ClassifierArchitecture(
    .convnet, depth: 2, width: 8, image: [16, 16, 1], classes: 3)

  private static let set: DistilledSet = {
    var random = Philox(seed: 1, .test)
    return DistilledSet(
      images: random.normal([6, 16, 16, 1]), labels: [0, 0, 1, 1, 2, 2], classes: 3)
  }()

  private static let views = SoftViews(3, seed: 9, flips: true, mixes: false)
  private static let logits: Tensor = {
    var random = Philox(seed: 2, .test)
    return random.normal([3, 6, 3])
  }()

  private func hard(
    _ epochs: Int, augments: Bool = true, seed: UInt64 = 1, checkpoint: TrainingCheckpoint? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [[Float]] {
    try HardProtocol(epochs: epochs, augments: augments, flips: true).train(
      Self.architecture, on: Self.set, seed: seed, checkpoint: checkpoint, progress: progress
    ).parameters.map(\.value.values)
  }

  private func soft(
    _ epochs: Int, temperature: Float = 4, seed: UInt64 = 1, checkpoint: TrainingCheckpoint? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [[Float]] {
    try SoftProtocol(epochs: epochs, temperature: temperature).train(
      Self.architecture, on: Self.set, logits: Self.logits, views: Self.views, seed: seed,
      checkpoint: checkpoint, progress: progress
    ).parameters.map(\.value.values)
  }

  @Test func hardRunsOnePassMoreThanItsEpochs() throws {
    var calls: [Int] = []
    let first = try hard(4) { calls.append($0) }
    #expect(calls == [0, 1, 2, 3, 4])
    #expect(try hard(4) == first)
    #expect(try hard(4, seed: 2) != first)
    #expect(try hard(4, augments: false) != first)
    #expect(first.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test func threadsDoNotMatter() throws {
    func students(_ threads: Int) throws -> [[Float]] {
      try Threads.$count.withValue(threads) { try hard(2) + soft(2) }
    }
    let one = try students(1)
    for count in [2, 3] { #expect(try students(count) == one) }
  }

  @Test func softRunsItsEpochs() throws {
    var calls: [Int] = []
    let first = try soft(4) { calls.append($0) }
    #expect(calls == [1, 2, 3, 4])
    #expect(try soft(4) == first)
    #expect(try soft(4, seed: 2) != first)
    #expect(try soft(4, temperature: 1) != first)
    #expect(first.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  private static let perceptron = ClassifierArchitecture(
    .mlp, depth: 2, width: 8, image: [16, 16, 1], classes: 3)

  private static func noise(_ count: Int) -> DistilledSet {
    var random = Philox(seed: 3, .test)
    return DistilledSet(
      images: random.normal([count, 16, 16, 1]), labels: (0..<count).map { 3 * $0 / count },
      classes: 3)
  }

  private func fit(
    _ student: Classifier, _ images: Tensor, _ targets: Tensor, temperature: Float = 1
  ) {
    student.parameters.zeroGradients()
    let (_, logits) = student.forward(images, .training)
    student.backwardParameters(
      softmaxLoss(logits, targets: targets, temperature: temperature).gradient)
  }

  private func expectEqual(_ found: Classifier, _ expected: Classifier) {
    for (found, expected) in zip(found.parameters, expected.parameters) {
      #expect(relativeDifference(found.value, expected.value) < 1e-6, "\(expected.name)")
    }
  }

  /// `evaluate_synset` of four epochs written out: five passes, the last one with a tenth of the
  /// rate and a new optimizer. Digits are not mirrored.
  @Test(
    arguments: [
      (false, true, []), (true, true, DSA.Kind.allCases),
      (true, false, [.color, .crop, .cutout, .scale, .rotate]),
    ] as [(Bool, Bool, [DSA.Kind])])
  func hardIsTheFieldsLoop(_ augments: Bool, _ flips: Bool, _ kinds: [DSA.Kind]) throws {
    let set = Self.noise(300)
    let targets = oneHot(set.labels, classes: 3)
    let student = Classifier(Self.perceptron, seed: 1)
    var optimizer = SGD(student.parameters, momentum: 0.9, decay: 5e-4)
    var step = 0
    for (pass, rate) in ([0.01, 0.01, 0.01, 0.01, 0.001] as [Float]).enumerated() {
      var random = Philox(seed: 1, .shuffle, step: pass)
      let order = random.permutation(300)
      for places in [Array(order[..<256]), Array(order[256...])] {
        let batch = DSA(kinds)(set.images.gather(places), seed: 1, step: step)
        fit(student, batch, targets.gather(places))
        optimizer.step(rate: rate)
        step += 1
      }
      if pass == 3 { optimizer = SGD(student.parameters, momentum: 0.9, decay: 5e-4) }
    }
    let trained = try HardProtocol(epochs: 4, augments: augments, flips: flips).train(
      Self.perceptron, on: set, seed: 1
    ) { _ in }
    expectEqual(trained, student)
  }

  /// Two epochs written out: AdamW, batches of a hundred, half a cosine after one step, and the
  /// teacher's distributions of one view a batch at temperature 4.
  @Test func softIsItsLoop() throws {
    let set = Self.noise(150)
    var random = Philox(seed: 4, .test)
    let logits = random.normal([2, 150, 3])
    let views = SoftViews(2, seed: 9, flips: true, mixes: false)
    let student = Classifier(Self.perceptron, seed: 1)
    let optimizer = AdamW(student.parameters, beta2: 0.999, decay: 0.01)
    var rates: [Float] = [1e-3, 1e-3, 0.75e-3, 0.25e-3]
    for epoch in 0..<2 {
      random = Philox(seed: 1, .shuffle, step: epoch)
      let order = random.permutation(150)
      for places in [Array(order[..<100]), Array(order[100...])] {
        let view = random.integer(below: 2)
        let labels = logits.rows(view..<view + 1).reshaped([150, 3]).gather(places)
        fit(
          student, views.show(set.images, places, view: view), softmax(labels, temperature: 4),
          temperature: 4)
        optimizer.step(rate: rates.removeFirst())
      }
    }
    let trained = try SoftProtocol(epochs: 2, temperature: 4).train(
      Self.perceptron, on: set, logits: logits, views: views, seed: 1
    ) { _ in }
    expectEqual(trained, student)
  }

  @Test func throwingStops() {
    struct Stop: Error {}
    var last = 0
    #expect(throws: Stop.self) {
      _ = try hard(50) { done in
        last = done
        if done == 3 { throw Stop() }
      }
    }
    #expect(last == 3)
    #expect(throws: Stop.self) { _ = try soft(50) { _ in throw Stop() } }
  }

  /// Before the rate falls with a new optimizer, as it does, after the last pass: the same bits.
  @Test(arguments: [[2], [4], [6], [1, 5]], [false, true])
  func aStoppedStudentGoesOn(_ stops: [Int], _ isSoft: Bool) throws {
    struct Stop: Error {}
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).checkpoint"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func run(_ checkpoint: TrainingCheckpoint?, stopAt: Int? = nil) throws -> (
      weights: [[Float]], passes: [Int]
    ) {
      var passes: [Int] = []
      func progress(_ epochs: Int) throws {
        passes.append(isSoft ? epochs : epochs + 1)
        if passes.last == stopAt { throw Stop() }
      }
      let weights =
        isSoft
        ? try soft(6, checkpoint: checkpoint, progress: progress)
        : try hard(5, checkpoint: checkpoint, progress: progress)
      return (weights, passes)
    }
    let checkpoint = TrainingCheckpoint(path: path, identity: "a")
    for pass in stops { #expect(throws: Stop.self) { try run(checkpoint, stopAt: pass) } }
    let resumed = try run(checkpoint)
    #expect(resumed.passes == Array((stops.last ?? 0) + 1..<7))
    let whole = try run(nil)
    #expect(resumed.weights == whole.weights && whole.passes == Array(1...6))
    #expect(try run(TrainingCheckpoint(path: path, identity: "b")).passes.first == 1)
  }

  /// Students learn the set by heart: labels, and the teacher's distributions for every view.
  @Test func studentsLearnWhatTheyAreShown() throws {
    let hard = try HardProtocol(epochs: 120, augments: false, flips: true).train(
      Self.architecture, on: Self.set, seed: 1
    ) { _ in }
    #expect(hard.forward(Self.set.images, .inference).logits.argmaxRows() == Self.set.labels)

    let soft = try SoftProtocol(epochs: 200, temperature: 2).train(
      Self.architecture, on: Self.set, logits: Self.logits, views: Self.views, seed: 1
    ) { _ in }
    let untrained = Classifier(Self.architecture, seed: 1)
    for place in 0..<Self.views.count {
      let wanted = softmax(
        Self.logits.rows(place..<place + 1).reshaped([6, 3]), temperature: 2)
      let losses = [soft, untrained].map {
        let (_, logits) = $0.forward(
          Self.views.show(Self.set.images, Array(0..<6), view: place), .inference)
        return softmaxLoss(logits, targets: wanted, temperature: 2).losses.reduce(0, +)
      }
      #expect(losses[0] < 0.3 * losses[1])
    }
  }
}

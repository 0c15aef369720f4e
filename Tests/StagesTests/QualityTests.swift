import Store
import Testing

@testable import Engine
@testable import Stages

/// `quality` against brute force, on images one by one; and of a pool that lacks some of it.
@Suite struct QualityTests {
  private let files: RealPool
  private let pool: Pool
  private let report: Quality.Report
  private let scaling: ImageScaling
  private let testBytes: [UInt8]
  private let testLabels = [0, 0, 1, 1, 1, 2, 2]

  /// Candidates are the first five training images of their class; class 1 has one more test image
  /// than the others.
  init() throws {
    files = try RealPool()
    let further = Bitmap(
      width: 28, height: 28, channels: 1, pixels: try RealPool.images(1, 22..<23))
    try Files.write(PNG.write(further), to: "\(files.dataset)/test/boot/22.png")
    pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    for label in RealPool.classes.indices {
      try pool.append(try RealPool.generate(label, from: 0))
    }
    scaling = try RealImages(.train, in: pool).scaling
    testBytes = try (0..<3).flatMap { try RealPool.images($0, 20..<($0 == 1 ? 23 : 22)) }

    let architecture = ClassifierArchitecture(
      .convnet, depth: 3, width: 4, image: [28, 28, 1], classes: 3)
    // The teacher does not say the same of all, for its mean logits are 0; the judge says 1.
    let (teacher, judge) = (Classifier(architecture, seed: 0), Classifier(architecture, seed: 1))
    let seen = scaling.standardised(bytes: testBytes, shape: [7, 28, 28, 1])
    let mean = teacher.forward(seen, .inference).logits.rowMean
    let (own, others) = try (#require(teacher.parameters.last), #require(judge.parameters.last))
    own.value = Tensor((0..<3).map { own.value[$0] - mean[$0] }, shape: [3])
    others.value = Tensor([0, 100, 0], shape: [3])
    try files.importModel(.teacher, .classifier(teacher), into: pool)
    try files.importModel(.judge, .classifier(judge), into: pool)
    try files.importModel(.autoencoder, RealPool.untrained(.autoencoder, seed: 0), into: pool)
    report = try Quality().run(RealPool.context(pool))
  }

  private func images(_ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: 784).map { Array(bytes[$0..<$0 + 784]) }
  }

  private func accuracy(_ network: Classifier, _ bytes: [UInt8]) throws -> Double {
    let hits = try zip(images(bytes), testLabels).count { image, label in
      let seen = scaling.standardised(bytes: image, shape: [1, 28, 28, 1])
      let logits = network.forward(seen, .inference).logits.values
      return try logits[label] == #require(logits.max())
    }
    return Double(hits) / 7
  }

  @Test func accuraciesAreSharesOfTheTestSplit() throws {
    #expect(try report.teacherAccuracy == accuracy(Models(pool).teacher().network, testBytes))
    #expect(report.judgeAccuracy == 3.0 / 7)
    #expect(report.judgeAgreement == 5.0 / 15)
    #expect((report.candidates, report.imagesPerClass) == (15, 3))
  }

  @Test func reconstructionsAreComparedByPixelsAndTheTeacher() throws {
    let autoencoder = try Models(pool).autoencoder().network
    var rebuilt: [UInt8] = []
    for image in images(testBytes) {
      let symmetric = image.map { Float($0) / 127.5 - 1 }
      let latent = autoencoder.encode(Tensor(symmetric, shape: [1, 28, 28, 1]))
      for value in autoencoder.decode(latent).values {
        let byte: Float = ((value + 1) * 127.5).rounded()
        rebuilt.append(UInt8(min(max(byte, 0), 255)))
      }
    }
    var squares = 0.0
    for (a, b) in zip(testBytes, rebuilt) {
      let difference = (Double(a) - Double(b)) / 255
      squares += difference * difference
    }
    #expect(abs(try #require(report.reconstructionError) - squares / (7 * 784)) < 1e-4)
    let teacher = try Models(pool).teacher().network
    #expect(try report.reconstructionAccuracy == accuracy(teacher, rebuilt))
  }

  @Test func candidatesAreMeasuredByTheJudgesFeatures() throws {
    #expect(try #require(report.frechetCandidates) < 1e-3)
    #expect(abs(try #require(report.varianceRatio) - 1) < 1e-4)
    let judge = try Models(pool).judge().network
    // Of each class as many as there are of it in every set, of training images twice.
    let counts = [2, 3, 2]
    func features(_ first: (Int) -> Int) throws -> Tensor {
      let bytes = try (0..<3).flatMap { label in
        try RealPool.images(label, first(label)..<first(label) + counts[label])
      }
      let seen = scaling.standardised(bytes: bytes, shape: [7, 28, 28, 1])
      return judge.forward(seen, .inference).features
    }
    let reference = try features { _ in 0 }
    for (first, value) in [
      ({ counts[$0] }, report.frechetTraining), ({ _ in 20 }, report.frechetTest),
    ] as [((Int) -> Int, Double?)] {
      let expected = try #require(try frechetDistance(reference, features(first)))
      #expect(expected > 1e-3)
      #expect(abs(try #require(value) - expected) < 1e-3 * expected)
    }
  }

  @Test func whatThePoolLacksIsLeftOut() throws {
    let files = try RealPool()
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    let error = #expect(throws: PoolError.self) { _ = try Quality().run(RealPool.context(pool)) }
    #expect(error?.code == .notFound)
    #expect(error?.remedy.contains("psrdb train teacher") == true)

    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    var some = try Quality().run(RealPool.context(pool))
    #expect(some.teacherAccuracy != nil)
    #expect((some.judgeAccuracy, some.reconstructionError, some.imagesPerClass) == (nil, nil, nil))
    #expect(some.reconstructionAccuracy == nil)

    try files.importModel(.judge, RealPool.untrained(.judge, seed: 1), into: pool)
    try files.importModel(.autoencoder, RealPool.untrained(.autoencoder, seed: 0), into: pool)
    var seen: ProgressUpdate?
    some = try Quality().run(
      Context(pool: pool, report: { seen = $0 }, isCancelled: { false }))
    #expect(try #require(seen).done == seen?.total)
    #expect(some.judgeAccuracy != nil && some.reconstructionAccuracy != nil)
    #expect(some.frechetTraining != nil && some.frechetReconstructions != nil)
    #expect((some.candidates, some.judgeAgreement, some.frechetCandidates) == (0, nil, nil))
    #expect(some.varianceRatio == nil)
  }
}

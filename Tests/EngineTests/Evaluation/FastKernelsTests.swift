import Testing

@testable import Engine

/// Winograd's errors and the fused first block must not show in what students learn.
struct FastKernelsTests {
  /// Accuracy on other images of a ConvNet-3 trained on 300 real images, in percent.
  private func accuracy(fast: Bool, seed: UInt64, _ train: TrainingImages, _ held: TrainingImages)
    -> Double
  {
    let architecture = ClassifierArchitecture(
      .convnet, depth: 3, width: 32, image: [28, 28, 1], classes: 10)
    let network = Classifier(architecture, seed: seed)
    for layer in network.body.layers where !fast {
      (layer as? Convolution)?.allowsWinograd = false
      (layer as? Stem)?.fuses = false
    }
    let optimizer = SGD(network.parameters, momentum: 0.9, decay: 5e-4)
    let targets = oneHot(train.labels, classes: 10)
    for epoch in 0..<40 {
      var random = Philox(seed: seed, .shuffle, step: epoch)
      let order = random.permutation(train.count)
      for first in stride(from: 0, to: order.count, by: 100) {
        let places = Array(order[first..<min(first + 100, order.count)])
        network.parameters.zeroGradients()
        let (_, logits) = network.forward(train.batch(places, .standard), .training)
        network.backwardParameters(softmaxLoss(logits, targets: targets.gather(places)).gradient)
        optimizer.step(rate: 0.01)
      }
    }
    let answers = network.forward(held.batch(Array(0..<held.count), .standard), .inference).logits
      .argmaxRows()
    return 100 * Double(zip(answers, held.labels).count { $0 == $1 }) / Double(held.count)
  }

  @Test func studentsEndWithinTheNoiseOfThePlainKernels() throws {
    let all = try RealImages.first(1300)
    func part(_ range: Range<Int>) -> TrainingImages {
      TrainingImages(
        image: all.image, classes: 10,
        bytes: Array(all.bytes[range.lowerBound * 784..<range.upperBound * 784]),
        labels: Array(all.labels[range]), mean: all.mean, sd: all.sd)
    }
    let (train, held) = (part(0..<300), part(300..<1300))
    let seeds: [UInt64] = [1, 2, 3]
    let fast = seeds.map { accuracy(fast: true, seed: $0, train, held) }
    let plain = seeds.map { accuracy(fast: false, seed: $0, train, held) }
    let difference = (fast.reduce(0, +) - plain.reduce(0, +)) / Double(seeds.count)
    print("fast kernels: \(fast), plain: \(plain) % of 1,000 images")
    #expect(abs(difference) < 1.5, "\(fast) against \(plain)")
    #expect(plain.allSatisfy { $0 > 70 })
  }
}

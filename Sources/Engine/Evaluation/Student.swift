/// A distilled set as students see it.
public struct DistilledSet: Sendable {
  /// Normalised images [n, H, W, C], ordered by class.
  public var images: Tensor
  public var labels: [Int]
  public var classes: Int

  public init(images: Tensor, labels: [Int], classes: Int) {
    self.images = images
    self.labels = labels
    self.classes = classes
  }
}

/// Trains students from scratch with one-hot labels, to the letter of DC's and DSA's
/// `evaluate_synset` (VICO-UoE/DatasetCondensation, utils.py): SGD of rate 0.01, momentum 0.9 and
/// decay 5e-4, batches of 256, epochs + 1 passes, and at pass epochs/2 + 1 a tenth of the rate
/// with a new optimizer. The student after the last pass counts, never the best one.
public struct HardProtocol: Codable, Equatable, Sendable {
  public var epochs: Int
  /// Whether batches go through DSA's augmentation.
  public var augments: Bool
  /// Whether that mirrors; DSA does not mirror digits.
  public var flips: Bool

  public init(epochs: Int = 1000, augments: Bool = true, flips: Bool = true) {
    self.epochs = epochs
    self.augments = augments
    self.flips = flips
  }

  /// - Parameter progress: called after every pass; throwing stops.
  public func train(
    _ architecture: ClassifierArchitecture, on set: DistilledSet, seed: UInt64,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) rethrows -> Classifier {
    let student = Classifier(architecture, seed: seed)
    let targets = oneHot(set.labels, classes: set.classes)
    let augmentation = DSA(DSA.Kind.allCases.filter { flips || $0 != .flip })
    var optimizer = SGD(student.parameters, momentum: 0.9, decay: 5e-4)
    var rate: Float = 0.01
    var step = 0
    for pass in 0...epochs {
      var random = Philox(seed: seed, .shuffle, step: pass)
      let order = random.permutation(set.labels.count)
      for first in stride(from: 0, to: order.count, by: 256) {
        let places = Array(order[first..<min(first + 256, order.count)])
        var batch = set.images.gather(places)
        if augments { batch = augmentation(batch, seed: seed, step: step) }
        student.parameters.zeroGradients()
        let (_, logits) = student.forward(batch, .training)
        student.backwardParameters(
          softmaxLoss(logits, targets: targets.gather(places)).gradient)
        optimizer.step(rate: rate)
        step += 1
      }
      if pass == epochs / 2 + 1 {
        rate *= 0.1
        optimizer = SGD(student.parameters, momentum: 0.9, decay: 5e-4)
      }
      try progress(pass + 1, epochs + 1)
    }
    return student
  }
}

/// Trains students on the teacher's stored outputs for a fixed list of views of each image: AdamW
/// of rate 1e-3 and decay 0.01, half a cosine, batches of at most 100, and the KL divergence at the
/// protocol's temperature. In the spirit of RDED's and SRe2L's protocols, whose labels are made
/// anew for every epoch; here they are stored once, so that they can be handed over.
public struct SoftProtocol: Codable, Equatable, Sendable {
  public var epochs: Int
  public var temperature: Float

  public init(epochs: Int = 300, temperature: Float = 4) {
    self.epochs = epochs
    self.temperature = temperature
  }

  /// - Parameter logits: the teacher's, [views, n, K], for the images as `views` show them.
  public func train(
    _ architecture: ClassifierArchitecture, on set: DistilledSet, logits: Tensor,
    views: SoftViews, seed: UInt64, progress: (_ done: Int, _ total: Int) throws -> Void
  ) rethrows -> Classifier {
    let student = Classifier(architecture, seed: seed)
    let optimizer = AdamW(student.parameters, decay: 0.01)
    let n = set.labels.count
    let targets = softmax(
      logits.reshaped([views.count * n, set.classes]), temperature: temperature)
    let batch = min(n, 100)
    let perEpoch = (n + batch - 1) / batch
    let schedule = Schedule.cosine(peak: 1e-3, warmup: 1)
    for epoch in 0..<epochs {
      var random = Philox(seed: seed, .shuffle, step: epoch)
      let order = random.permutation(n)
      for (part, first) in stride(from: 0, to: n, by: batch).enumerated() {
        let places = Array(order[first..<min(first + batch, n)])
        let view = random.integer(below: views.count)
        student.parameters.zeroGradients()
        let (_, outputs) = student.forward(
          views.show(set.images, places, view: view), .training)
        let wanted = targets.gather(places.map { view * n + $0 })
        student.backwardParameters(
          softmaxLoss(outputs, targets: wanted, temperature: temperature).gradient)
        optimizer.step(
          rate: schedule.rate(step: epoch * perEpoch + part, of: epochs * perEpoch))
      }
      try progress(epoch + 1, epochs)
    }
    return student
  }
}

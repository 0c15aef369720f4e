/// Trains a teacher or judge on real images: SGD with momentum, half a cosine, mirrored and moved
/// images. (Students of distilled sets are trained in Evaluation, to the field's protocols.)
public struct ClassifierTraining: Equatable, Sendable {
  /// A name `ClassifierArchitecture` knows.
  public var architecture: String
  public var epochs: Int
  public var batch: Int
  public var rate: Float
  public var decay: Float
  /// Whether mirror images belong to the class.
  public var flips: Bool
  /// The furthest move, in pixels.
  public var shift: Int
  public var seed: UInt64

  public init(
    architecture: String, epochs: Int, batch: Int = 128, rate: Float = 0.05, decay: Float = 5e-4,
    flips: Bool = true, shift: Int = 0, seed: UInt64 = 0
  ) {
    self.architecture = architecture
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.decay = decay
    self.flips = flips
    self.shift = shift
    self.seed = seed
  }

  /// - Parameters:
  ///   - checkpoint: where to keep the state of a stopped training.
  ///   - data: names the images, by their digest: a checkpoint of others is refused.
  /// - Throws: `FormatError` for an unknown architecture or a foreign checkpoint; what `progress`
  ///   throws.
  public func run(
    _ images: TrainingImages, checkpoint: String?, data: String = "", progress: TrainingProgress
  ) throws -> Classifier {
    guard
      let architecture = ClassifierArchitecture(
        named: architecture, image: images.image, classes: images.classes),
      architecture.isValid
    else {
      throw FormatError(
        .unsupported, "\"\(architecture)\" is no classifier",
        remedy: "Use convnet3, resnet10, resnet18 or mlp, with a width if you like: resnet10-32.")
    }
    let network = Classifier(architecture, seed: seed)
    let optimizer = SGD(network.parameters, momentum: 0.9, decay: decay)
    let loop = TrainingLoop(
      seed: seed, epochs: epochs, batch: batch,
      schedule: CosineSchedule(
        peak: rate, warmup: max(1, min(200, images.count * epochs / batch / 10))),
      checkpoint: checkpoint.map { TrainingCheckpoint(path: $0, identity: "\(self) \(data)") })
    let targets = oneHot(images.labels, classes: images.classes)
    try loop.run(
      count: images.count, network.parameters, optimizer, progress: progress
    ) { places, step in
      let batch = images.batch(places, .standard) { place in
        var random = Philox(seed: seed, .augmentation, index: place, step: step)
        return .random(flips: flips, shift: shift, &random)
      }
      let (_, logits) = network.forward(batch, .training)
      let (losses, gradient) = softmaxLoss(logits, targets: targets.gather(places))
      network.backwardParameters(gradient)
      return Double(losses.reduce(0, +)) / Double(losses.count)
    }
    return network
  }
}

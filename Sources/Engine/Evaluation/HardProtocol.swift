/// Trains students from scratch with one-hot labels, to the letter of DC's and DSA's
/// `evaluate_synset` (VICO-UoE/DatasetCondensation, utils.py): SGD of rate 0.01, momentum 0.9 and
/// decay 5e-4, batches of 256, epochs + 1 passes, and at pass epochs/2 + 1 a tenth of the rate
/// with a new optimizer. The student after the last pass counts, never the best one.
public struct HardProtocol: Equatable, Sendable {
  private static let rate: Float = 0.01
  private static let momentum: Float = 0.9
  private static let decay: Float = 5e-4
  private static let batch = 256

  /// What is the same for all its students, for records.
  public static let constants = [
    "optimizer": "sgd", "rate": "\(rate)", "momentum": "\(momentum)", "decay": "\(decay)",
    "batch": "\(batch)", "schedule": "a tenth from half of the epochs on",
  ]

  public var epochs: Int
  /// Whether batches go through DSA's augmentation.
  public var augments: Bool
  /// Whether that mirrors; DSA does not mirror digits.
  public var flips: Bool

  public init(epochs: Int, augments: Bool, flips: Bool) {
    self.epochs = epochs
    self.augments = augments
    self.flips = flips
  }

  /// - Parameters:
  ///   - checkpoint: where a stopped student goes on; one that is damaged or of another is not
  ///     used.
  ///   - progress: called after every pass, with the epochs done beyond the first; throwing stops.
  /// - Throws: what `progress` throws; `FormatError` where the checkpoint cannot be written.
  public func train(
    _ architecture: ClassifierArchitecture, on set: DistilledSet, seed: UInt64,
    checkpoint: TrainingCheckpoint? = nil, progress: (_ epochs: Int) throws -> Void
  ) throws -> Classifier {
    let student = Classifier(architecture, seed: seed)
    let targets = oneHot(set.labels, classes: set.classes)
    let augmentation = DSA(DSA.Kind.allCases.filter { flips || $0 != .flip })
    var optimizer = SGD(student.parameters, momentum: Self.momentum, decay: Self.decay)
    let perPass = max(1, (set.labels.count + Self.batch - 1) / Self.batch)
    var checkpoint = checkpoint
    try checkpoint.resume(student.parameters, optimizer, total: perPass * (epochs + 1))
    for pass in stride(from: optimizer.steps / perPass, through: epochs, by: 1) {
      let rate: Float = pass > epochs / 2 + 1 ? Self.rate * 0.1 : Self.rate
      var random = Philox(seed: seed, .shuffle, step: pass)
      let order = random.permutation(set.labels.count)
      for first in stride(from: 0, to: order.count, by: Self.batch) {
        let places = Array(order[first..<min(first + Self.batch, order.count)])
        var batch = set.images.gather(places)
        if augments { batch = augmentation(batch, seed: seed, step: optimizer.steps) }
        student.parameters.zeroGradients()
        let (_, logits) = student.forward(batch, .training)
        student.backwardParameters(
          softmaxLoss(logits, targets: targets.gather(places)).gradient)
        optimizer.step(rate: rate)
      }
      if pass == epochs / 2 + 1 {
        let steps = optimizer.steps
        optimizer = SGD(student.parameters, momentum: Self.momentum, decay: Self.decay)
        optimizer.steps = steps
      }
      try checkpoint.step(student.parameters, optimizer) { try progress(pass) }
    }
    return student
  }
}

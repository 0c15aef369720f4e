/// Trains students on the teacher's stored outputs for a fixed list of views of each image: AdamW
/// of rate 1e-3 and decay 0.01, half a cosine, batches of at most 100, and the KL divergence at the
/// protocol's temperature. In the spirit of RDED's and SRe2L's protocols, whose labels are made
/// anew for every epoch; here they are stored once, so that they can be handed over. Rate, decay
/// and temperature are psrdb's own choice.
public struct SoftProtocol: Equatable, Sendable {
  private static let rate: Float = 1e-3
  private static let decay: Float = 0.01
  private static let batch = 100

  /// What is the same for all its students, for records.
  public static let constants = [
    "optimizer": "adamw", "rate": "\(rate)", "decay": "\(decay)", "batch": "\(batch)",
    "schedule": "half a cosine",
  ]

  public var epochs: Int
  public var temperature: Float

  public init(epochs: Int, temperature: Float) {
    self.epochs = epochs
    self.temperature = temperature
  }

  /// - Parameters:
  ///   - logits: the teacher's, [views, n, K], for the images as `views` show them.
  ///   - checkpoint: where a stopped student goes on; one that is damaged or of another is not
  ///     used.
  ///   - progress: called after every epoch; throwing stops.
  /// - Throws: what `progress` throws; `FormatError` where the checkpoint cannot be written.
  public func train(
    _ architecture: ClassifierArchitecture, on set: DistilledSet, logits: Tensor,
    views: SoftViews, seed: UInt64, checkpoint: TrainingCheckpoint? = nil,
    progress: (_ epochs: Int) throws -> Void
  ) throws -> Classifier {
    let student = Classifier(architecture, seed: seed)
    let optimizer = AdamW(student.parameters, decay: Self.decay)
    let n = set.labels.count
    let targets = softmax(
      logits.reshaped([views.count * n, set.classes]), temperature: temperature)
    let batch = min(n, Self.batch)
    let perEpoch = (n + batch - 1) / batch
    let schedule = CosineSchedule(peak: Self.rate, warmup: 1)
    var checkpoint = checkpoint
    try checkpoint.resume(student.parameters, optimizer, total: perEpoch * epochs)
    for epoch in stride(from: optimizer.steps / perEpoch, to: epochs, by: 1) {
      var random = Philox(seed: seed, .shuffle, step: epoch)
      let order = random.permutation(n)
      for first in stride(from: 0, to: n, by: batch) {
        let places = Array(order[first..<min(first + batch, n)])
        let view = random.integer(below: views.count)
        student.parameters.zeroGradients()
        let (_, outputs) = student.forward(
          views.show(set.images, places, view: view), .training)
        let wanted = targets.gather(places.map { view * n + $0 })
        student.backwardParameters(
          softmaxLoss(outputs, targets: wanted, temperature: temperature).gradient)
        optimizer.step(rate: schedule.rate(step: optimizer.steps, of: epochs * perEpoch))
      }
      try checkpoint.step(student.parameters, optimizer) { try progress(epoch + 1) }
    }
    return student
  }
}

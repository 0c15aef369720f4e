import Foundation

/// Called after every step with the steps done, all steps and a note; throwing stops the training
/// after a checkpoint.
public typealias TrainingProgress = (_ done: Int, _ total: Int, _ note: String) throws -> Void

/// The loss was no number any more.
public struct TrainingDiverged: Error {
  /// Steps until then.
  public let steps: Int
}

/// The loop every training shares: epochs of shuffled batches, a schedule, averages and
/// checkpoints. A stopped training goes on at its last checkpoint with the same bits.
struct TrainingLoop {
  var seed: UInt64
  var epochs: Int
  var batch: Int
  var schedule: CosineSchedule
  var checkpoint: TrainingCheckpoint?
  /// The limit of the gradients' norm.
  var clip: Float?

  func stepsPerEpoch(_ count: Int) -> Int { max(1, count / batch) }

  /// Steps over `count` samples; `body` adds to the gradients for the samples at the given places
  /// and returns the loss. The last batch of an epoch that would not be full is left out.
  /// - Throws: `TrainingDiverged` where the loss is not finite; what `progress` or a checkpoint
  ///   throws.
  func run(
    count: Int, _ parameters: [Parameter], _ optimizer: any Optimizer, ema: EMA? = nil,
    progress: TrainingProgress, body: (_ places: [Int], _ step: Int) -> Double
  ) throws {
    let perEpoch = stepsPerEpoch(count)
    let total = perEpoch * epochs
    let averages = ema?.averages ?? []
    var checkpoint = checkpoint
    try checkpoint?.restore(parameters, optimizer, averages, total: total)
    try checkpoint.step(parameters, optimizer, averages) {
      try progress(optimizer.steps, total, "")
    }
    var loss = 0.0
    var order: [Int] = []
    var epochOfOrder = -1
    while optimizer.steps < total {
      let step = optimizer.steps
      let (epoch, within) = step.quotientAndRemainder(dividingBy: perEpoch)
      if epoch != epochOfOrder {
        var random = Philox(seed: seed, .shuffle, step: epoch)
        order = random.permutation(count)
        epochOfOrder = epoch
      }
      let places = Array(order[within * batch..<min(count, (within + 1) * batch)])
      parameters.zeroGradients()
      let value = body(places, step)
      guard value.isFinite else { throw TrainingDiverged(steps: step) }
      if let clip { clipGradients(parameters, limit: clip) }
      optimizer.step(rate: schedule.rate(step: step, of: total))
      ema?.update(step: step)
      loss = step == 0 || loss == 0 ? value : 0.98 * loss + 0.02 * value
      try checkpoint.step(parameters, optimizer, averages) {
        try progress(
          optimizer.steps, total,
          "epoch \(epoch + 1)/\(epochs), loss \(String(format: "%.4f", loss))")
      }
    }
  }
}

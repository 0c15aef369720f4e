import Engine
import Foundation
import Store

extension Evaluate {
  /// - Throws: `PoolError`; `Interrupted`, with every finished student's result kept, and a
  ///   checkpoint of the one that was in training.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    try check()
    context.begin("evaluate \(selection)")
    let pool = context.pool
    let reader = try SelectionReader(selection, in: pool)
    let test = try RealImages(.test, in: pool)
    let bytes = try reader.packed()
    let image = test.content.image
    try reader.requireFit(test.content)
    let architecture = try checkClassifier(
      student, option: "--student", image: image, classes: test.classes)
    let set = DistilledSet(
      images: reader.formation.unpacked(bytes, image: image, scaling: test.scaling),
      labels: reader.labels, classes: test.classes)
    let training = StudentTraining(
      stage: self, architecture: architecture, set: set, formation: reader.formation,
      flips: test.flips)
    let (settings, epochs) = (try training.settings(pool), training.epochs)
    let digest = SHA256.hex(of: bytes)
    let known = try StudentKey.accuracies(in: pool)
    var accuracies: [Double] = []
    var trained = 0
    var labels: Tensor?
    var split: TrainingImages?
    for seed in 0..<UInt64(seeds) {
      let key = StudentKey(
        selection: selection, protocolName: protocolName, student: architecture.name,
        settings: settings, seed: seed, epochs: epochs, train: digest)
      let checkpoint = CheckpointFile(of: key.identity, beside: pool)
      if let accuracy = known[key] {
        checkpoint.remove()
        accuracies.append(accuracy)
        continue
      }
      let begun = ProcessInfo.processInfo.systemUptime
      if protocolName == "soft", labels == nil {
        labels = try training.softLabels(context)
        context.begin("evaluate \(selection)")
      }
      let note = "student \(seed + 1) of \(seeds)"
      // The time left is reckoned from the first step that is told.
      if !checkpoint.exists {
        try context.step(Int(seed) * epochs, of: seeds * epochs, note: note)
      }
      let network = try translatingFormatErrors {
        try training.run(labels: labels, seed: seed, checkpoint: checkpoint.training) { done in
          try context.step(Int(seed) * epochs + done, of: seeds * epochs, note: note)
        }
      }
      let seen = try split ?? test.all()
      split = seen
      guard let (accuracy, byClass) = Evaluate.accuracy(of: network, on: seen) else {
        checkpoint.remove()
        throw PoolError(
          .failure, "A student's outputs are no numbers any more: its training diverged.",
          remedy: "Look at the images it learnt: psrdb sheet \(shellWord(selection))")
      }
      let content = EvaluateContent(
        selection: selection, protocolName: protocolName, student: architecture.name,
        settings: settings, seed: seed, epochs: epochs, accuracy: accuracy,
        classAccuracy: byClass, test: test.digest, train: digest,
        seconds: ProcessInfo.processInfo.systemUptime - begun)
      // The labels are the same for every seed: the entry of the first trained here keeps them.
      let tensors = (trained == 0 ? labels : nil).map {
        [TensorDraft("soft_labels", shape: $0.shape, f16: $0.values)]
      }
      try pool.append(
        Draft(.evaluate(content), arguments: training.constants, tensors: tensors ?? []))
      checkpoint.remove()
      accuracies.append(accuracy)
      trained += 1
    }
    let held = Set(reader.labels)
    let missing = test.content.counts.enumerated().count { $1 > 0 && !held.contains($0) }
    return report(
      accuracies, student: architecture.name, epochs: epochs, missing: missing, trained: trained,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  private func report(
    _ accuracies: [Double], student: String, epochs: Int, missing: Int, trained: Int,
    seconds: Double
  ) -> Report {
    let mean = accuracies.reduce(0, +) / Double(max(1, accuracies.count))
    let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return Report(
      selection: selection, protocol: protocolName, student: student, epochs: epochs,
      augment: augmentation, accuracies: accuracies, accuracy: mean,
      accuracySd: accuracies.count > 1
        ? (squares / Double(accuracies.count - 1)).squareRoot() : nil,
      missingClasses: missing > 0 ? missing : nil, trained: trained, seconds: seconds)
  }

  /// Of all images and of each class; nil where its outputs are not finite, of which class 0 would be
  /// the largest.
  static func accuracy(of network: Classifier, on split: TrainingImages) -> (Double, [Double])? {
    var hits = [Double](repeating: 0, count: split.classes)
    var counts = [Double](repeating: 0, count: split.classes)
    let logits = network.logits(of: split)
    guard logits.isFinite else { return nil }
    for (label, answer) in zip(split.labels, logits.argmaxRows()) {
      counts[label] += 1
      if answer == label { hits[label] += 1 }
    }
    return (
      hits.reduce(0, +) / max(1, counts.reduce(0, +)),
      zip(hits, counts).map { $1 > 0 ? $0 / $1 : 0 }
    )
  }
}

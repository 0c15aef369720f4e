import Engine
import Store

/// How one evaluation's students are trained: all of them alike, but for the seed.
struct StudentTraining {
  private static let softTemperature: Float = 4
  /// Bytes of a set's soft labels at most.
  private static let labelMemory = 2 << 30

  let stage: Evaluate
  let architecture: ClassifierArchitecture
  let set: DistilledSet
  let formation: Formation
  /// Whether mirror images belong to their class.
  let flips: Bool

  var epochs: Int { stage.epochs ?? (stage.augmentation == "views" ? 300 : 1000) }

  private var isSoft: Bool { stage.protocolName == "soft" }

  /// What changes students beside their protocol, seed and epochs, as the index has it.
  func settings(_ pool: Pool) throws -> [String: String] {
    var settings = ["augment": stage.augmentation, "images": String(set.labels.count)]
    // Left out where they change nothing, so that students of before they were there count.
    if formation.factor > 1 { settings["factor"] = String(formation.factor) }
    if isSoft {
      settings["views"] = String(views.count)
      settings["temperature"] = String(Self.softTemperature)
      settings["teacher"] = try Models.newest(in: pool)["teacher"]
    }
    if !flips, stage.augmentation != "none" { settings["flips"] = "no" }
    return settings
  }

  /// What the protocol fixes, for the journal.
  var constants: [String: String] { isSoft ? SoftProtocol.constants : HardProtocol.constants }

  /// Those of the soft protocol.
  private var views: SoftViews {
    let mixes = stage.augmentation == "cutmix"
    return SoftViews(stage.views ?? (mixes ? 256 : 8), seed: 0, flips: flips, mixes: mixes)
  }

  /// - Parameter labels: the teacher's outputs [views, n, K], of the soft protocol.
  func run(
    labels: Tensor?, seed: UInt64, checkpoint: TrainingCheckpoint?, progress: (Int) throws -> Void
  ) throws -> Classifier {
    guard let labels else {
      let hard = HardProtocol(
        epochs: epochs, augments: stage.augmentation == "dsa", flips: flips)
      return try hard.train(
        architecture, on: set, seed: seed, checkpoint: checkpoint, progress: progress)
    }
    let soft = SoftProtocol(epochs: epochs, temperature: Self.softTemperature)
    return try soft.train(
      architecture, on: set, logits: labels, views: views, seed: seed, checkpoint: checkpoint,
      progress: progress)
  }

  /// The teacher's outputs for all views of the set, as they are stored, [views, n, K].
  func softLabels(_ context: Context) throws -> Tensor {
    context.begin("label views of \(stage.selection)")
    let teacher = try Models(context.pool).teacher().network
    let views = views
    let n = set.labels.count
    let bytes = views.count * n * set.classes * MemoryLayout<Float>.size
    guard bytes <= Self.labelMemory else {
      throw PoolError(
        .usage, "The labels of \(n) images as \(views.count) views show them take \(bytes) bytes.",
        remedy: "Ask for fewer: --views \(max(1, views.count * Self.labelMemory / bytes))")
    }
    let labels = Tensor(uninitialized: [views.count * n, set.classes])
    for view in 0..<views.count {
      try context.step(view, of: views.count)
      for first in stride(from: 0, to: n, by: Blocks.size) {
        let places = Array(first..<min(first + Blocks.size, n))
        let shown = views.show(set.images, places, view: view)
        let seen = teacher.forward(shown, .inference).logits
        try requireFinite(seen, of: .teacher, isHalf: true)
        labels.setRows(at: view * n + first, seen)
      }
    }
    try context.step(views.count, of: views.count)
    return Half.rounded(labels.reshaped([views.count, n, set.classes]))
  }
}

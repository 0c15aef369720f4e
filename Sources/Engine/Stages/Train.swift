import Engine
import Foundation
public import Store

/// Trains a network on the training split of a dataset in the pool, writes it to a file and brings
/// it into the pool. A stopped training goes on at its checkpoint, beside the file.
///
/// Defaults are psrdb's own choice, by what Fashion-MNIST needs in an hour on two cores.
public struct Train: Equatable, Sendable {
  public var role: Role
  public var dataset: String
  /// The safetensors file to write.
  public var output: String
  /// A classifier's architecture; by default resnet10-16 for teachers, convnet3 for judges.
  public var architecture: String?
  /// By default 8 for teachers and judges, 3 for autoencoders, 12 for priors, and more where images
  /// are fewer than `fullImages`.
  public var epochs: Int?
  /// The peak learning rate; by default 0.1 for teachers, 0.05 for judges, 2e-3 for autoencoders,
  /// 1e-3 for priors.
  public var rate: Float?
  public var seed: UInt64 = 0
  /// The furthest a classifier's training images are moved, in pixels.
  public var shift = 0

  /// Fewer images are gone through more often, so that a training sees as many as it would of
  /// these: steps are what networks need, an autoencoder and a prior above all (docs/EXPERIMENTS.md).
  static let fullImages = 60_000

  public init(role: Role, dataset: String, output: String) {
    self.role = role
    self.dataset = dataset
    self.output = output
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var role: String
    public var output: String
    public var digest: String
    public var entry: Int64
    public var parameters: Int
    /// The data set that the pool is of: its first.
    public var poolDataset: String
    /// The most memory that tensors held: weights, the optimizer's state, a step's activations.
    public var tensorBytes: Int
    public var seconds: Double
  }

  /// - Throws: `PoolError`: `usage` for numbers that train nothing, `failure` where the checkpoint
  ///   is of another training, or the training diverges; `Interrupted`, with the checkpoint kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    try check()
    if let architecture { try checkClassifier(architecture, option: "--architecture") }
    context.begin("train \(role.rawValue)")
    try checkOutput(context.pool)
    let real = try RealImages(.train, of: dataset, in: context.pool)
    let images = try real.all()
    guard images.count > 0 else {
      throw PoolError(
        .usage, "The training split of '\(dataset)' has no images.",
        remedy: "psrdb info lists the data sets.")
    }
    // The labels are the counts: images are ordered by class.
    let data = "\(real.digest) \(real.content.counts)"
    let checkpoint = output + ".checkpoint"
    let epochs = epochs(images: images.count)
    var notes = notes(epochs: epochs)
    notes["flips"] = "\(real.flips)"
    notes["images_sha256"] = real.digest
    let progress: TrainingProgress = { try context.step($0, of: $1, note: $2) }
    let (model, parameters) = try translatingDivergence { () -> (Model, Int) in
      switch role {
      case .teacher, .judge:
        let network = try classifier(epochs: epochs, flips: real.flips).run(
          images, checkpoint: checkpoint, data: data, progress: progress)
        return (.classifier(network), network.parameters.trainableCount)
      case .autoencoder:
        let training = AutoencoderTraining(
          side: (images.image[0] + 7) / 8 * 8, epochs: epochs, rate: peak, flips: real.flips,
          seed: seed)
        let network = try training.run(
          images, checkpoint: checkpoint, data: data, progress: progress)
        return (.autoencoder(network), network.parameters.trainableCount)
      case .prior:
        let autoencoder = try Models(context.pool, for: dataset).autoencoder()
        notes["autoencoder_sha256"] = autoencoder.digest
        let training = PriorTraining(epochs: epochs, rate: peak, flips: real.flips, seed: seed)
        let network = try training.run(
          images, autoencoder.network, checkpoint: checkpoint,
          data: "\(data) \(autoencoder.digest)", progress: progress)
        return (.prior(network), network.parameters.trainableCount)
      }
    }
    let bytes = try ModelFile.write(model, notes: notes)
    // Before an older file is replaced: weights may have grown past half precision.
    guard (try? ModelFile(bytes, name: output).model()) != nil else {
      throw diverged("The trained weights are no numbers in half precision")
    }
    try translatingFormatErrors { try Files.write(bytes, to: output) }
    let imported = try ImportModel(role: role, path: output).run(context)
    try? FileManager.default.removeItem(atPath: checkpoint)
    return Report(
      role: role.rawValue, output: output, digest: imported.digest, entry: imported.entry,
      parameters: parameters,
      poolDataset: try context.pool.splits().first?.content.dataset ?? dataset,
      tensorBytes: tensorMemory().peak,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  private func translatingDivergence<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try translatingFormatErrors(body)
    } catch let error as TrainingDiverged {
      throw diverged("The training's loss is no number any more after \(error.steps) steps")
    }
  }

  private func diverged(_ what: String) -> PoolError {
    PoolError(
      .failure, "\(what).",
      remedy: "Remove \(output).checkpoint, if it is there, and take a smaller --rate.")
  }

  private func check() throws {
    guard [.teacher, .judge].contains(role) || architecture == nil && shift == 0 else {
      throw PoolError(
        .usage,
        "--architecture and --shift are of a teacher or judge, not of a role '\(role.rawValue)'.",
        remedy: "Leave them away.")
    }
    let rate = rate ?? 1
    guard (1...1_000_000).contains(epochs ?? 1), rate > 0, rate <= 100, (0...1024).contains(shift)
    else {
      throw PoolError(
        .usage,
        "Training needs 1 to 1,000,000 epochs, a rate above 0 and up to 100, and a shift of 0 to "
          + "1024.",
        remedy: "psrdb train \(role.rawValue) --dataset \(shellWord(dataset)) --output "
          + shellWord(output))
    }
  }

  private func classifier(epochs: Int, flips: Bool) -> ClassifierTraining {
    ClassifierTraining(
      architecture: architecture ?? (role == .teacher ? "resnet10-16" : "convnet3"),
      epochs: epochs, rate: peak, flips: flips, shift: shift, seed: seed)
  }

  func epochs(images: Int) -> Int {
    if let epochs { return epochs }
    let full =
      switch role {
      case .teacher, .judge: 8
      case .autoencoder: 3
      case .prior: 12
      }
    return max(full, (full * Self.fullImages + images - 1) / images)
  }

  private var peak: Float {
    switch role {
    case .teacher: rate ?? 0.1
    case .judge: rate ?? 0.05
    case .autoencoder: rate ?? 2e-3
    case .prior: rate ?? 1e-3
    }
  }

  /// What the file says of its training. `images_sha256` is a digest of the images,
  /// `autoencoder_sha256` that of the one whose latents a prior learnt.
  static let noteKeys: Set = [
    "dataset", "images_sha256", "epochs", "rate", "seed", "flips", "shift", "autoencoder_sha256",
  ]

  private func notes(epochs: Int) -> [String: String] {
    [
      "dataset": dataset, "epochs": "\(epochs)", "rate": "\(peak)", "seed": "\(seed)",
      "shift": "\(shift)",
    ]
  }

  /// An older model of the role is replaced; another file that happens to have the name is not.
  private func checkOutput(_ pool: Pool) throws {
    try translatingFormatErrors { try Files.requireFolder(of: output) }
    guard Files.exists(output) else { return }
    func taken(_ what: String) -> PoolError {
      PoolError(
        .usage, "\(output) is there already and is \(what).",
        remedy:
          "Name another: psrdb train \(role.rawValue) --dataset \(shellWord(dataset)) --output "
          + "\(role.rawValue).safetensors")
    }
    guard let bytes = try? Files.read(output, limit: ModelFile.mostBytes),
      (try? ModelFile(bytes, name: output)) != nil
    else {
      throw taken("no model")
    }
    let roles = try pool.query(
      "SELECT role FROM models WHERE digest = ? ORDER BY entry DESC",
      [.text(SHA256.hex(of: bytes))]
    ).rows.compactMap { $0[0].string }
    if let other = roles.first, !roles.contains(role.rawValue) { throw taken("a \(other)") }
  }
}

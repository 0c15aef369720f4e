import Engine
import Foundation
import Store
import Testing

@testable import Stages

/// A folder with a small pool of real images: three classes of Fashion-MNIST as an image folder,
/// and candidates whose images are further real ones.
final class RealPool {
  static let classes = ["bag", "boot", "coat"]
  /// Their labels in Fashion-MNIST.
  static let labels = [8, 9, 4]
  static let trainCount = 6
  static let candidateCount = 5

  let folder: String
  var dataset: String { "\(folder)/images" }
  var path: String { "\(folder)/a.psr" }

  /// Read once for all tests; the Debian package dataset-fashion-mnist is there for them.
  static let source = Result {
    try DatasetFormat.idx.read("/usr/share/datasets/fashion-mnist").train
  }

  init() throws {
    folder = NSTemporaryDirectory() + "psrdb-stages-\(UUID().uuidString)"
    let source = try Self.source.get()
    let positions = source.positionsByClass()
    for (name, label) in zip(Self.classes, Self.labels) {
      for (split, range) in [("train", 0..<Self.trainCount), ("test", 20..<22)] {
        try Self.makeFolder("\(dataset)/\(split)/\(name)")
        for place in range {
          let bitmap = Bitmap(
            width: 28, height: 28, channels: 1, pixels: source.images(at: [positions[label][place]])
          )
          try Files.write(PNG.write(bitmap), to: "\(dataset)/\(split)/\(name)/\(place).png")
        }
      }
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func pool() throws -> Pool {
    try Pool.create(at: path, provenance: Provenance(version: "test", blas: "none", threads: 1))
  }

  static func context(_ pool: Pool) -> Context {
    Context(pool: pool, report: { _ in }, isCancelled: { false })
  }

  var importing: ImportDataset {
    ImportDataset(dataset: "clothes", format: .imageFolder, path: dataset)
  }

  /// Images `range` of a class in Fashion-MNIST's train split.
  static func images(_ label: Int, _ range: Range<Int>) throws -> [UInt8] {
    let source = try source.get()
    return source.images(at: Array(source.positionsByClass()[labels[label]][range]))
  }

  /// Imports the dataset and appends candidates, their scores, a ranking (last candidates first),
  /// the selection "two" of 2 a class, a refinement of each class's first member, and "better",
  /// which takes it.
  func filled() throws -> Pool {
    let pool = try pool()
    _ = try importing.run(Self.context(pool))
    var batches: [Int64] = []
    for label in Self.classes.indices {
      let entry = try pool.append(try Self.generate(label))
      try pool.append(Self.score(entry.sequence, label))
      batches.append(entry.sequence)
    }
    let ranking = try pool.append(Self.rank(batches, .pool, length: 3))
    try pool.append(
      Draft(.select(SelectContent(selection: "two", ranking: ranking.sequence, counts: [2, 2, 2]))))
    for (label, batch) in batches.enumerated() {
      try pool.append(try Self.refine(label, parent: (batch, Self.candidateCount - 1)))
    }
    try pool.append(
      Draft(
        .select(
          SelectContent(
            selection: "better", counts: [2, 2, 2], base: "two", refinement: "polish"))))
    return pool
  }

  /// - Parameter first: the first of the class's images in Fashion-MNIST to take.
  static func generate(_ label: Int, from first: Int = 30) throws -> Draft {
    let count = candidateCount
    return Draft(
      .generate(
        GenerateContent(
          generation: "base", plan: "0123abcd", class: label, first: 0, seed: 7, prior: "p",
          autoencoder: "a", sampler: "ddim", steps: 4, guidance: 1.5)),
      tensors: [
        TensorDraft(
          "latent", class: label, shape: [count, 1, 1, 2],
          f16: (0..<count * 2).map { Float($0 + 100 * label) }),
        TensorDraft(
          "image", class: label, shape: [count, 28, 28, 1],
          u8: try images(label, first..<first + count)),
      ])
  }

  private static func score(_ target: Int64, _ label: Int) -> Draft {
    let count = candidateCount
    let zeros = { (size: Int) in [Float](repeating: 0, count: count * size) }
    return Draft(
      .score(
        ScoreContent(
          scoring: "base", target: target, class: label, teacher: "t", judge: nil, views: 1,
          seed: 0, columns: ["correct", "confidence"])),
      tensors: [
        TensorDraft("logits", class: label, shape: [count, 1, 3], f16: zeros(3)),
        TensorDraft("features", class: label, shape: [count, 2], f16: zeros(2)),
        TensorDraft(
          "scores", class: label, shape: [count, 2],
          f32: (0..<count).flatMap { [1, Float($0) / 8] }),
      ])
  }

  /// Ranks the last rows of `batches` (entries, by class) first.
  static func rank(_ batches: [Int64], _ source: Source, length: Int) -> Draft {
    let tensors = batches.enumerated().flatMap { label, batch in
      [
        TensorDraft(
          "picks", class: label, shape: [length, 2],
          i64: (0..<length).flatMap { [batch, Int64(candidateCount - 1 - $0)] }),
        TensorDraft(
          "gains", class: label, shape: [length, 1], f32: (0..<length).map { 1 / Float($0 + 1) }),
        TensorDraft(
          "bounds", class: label, shape: [length], f32: [Float](repeating: 0, count: length)),
        TensorDraft(
          "flags", class: label, shape: [length], u8: [UInt8](repeating: 0, count: length)),
      ]
    }
    return Draft(
      .rank(
        RankContent(
          key: "key-\(source.rawValue)", strategy: "confidence", parameters: [:], source: source,
          scoring: "base", slice: "", terms: ["confidence"], length: length)),
      tensors: tensors)
  }

  private static func refine(_ label: Int, parent: (Int64, Int)) throws -> Draft {
    Draft(
      .refine(
        RefineContent(
          refinement: "polish", selection: "two", class: label, seed: 3, teacher: "t", judge: "j",
          prior: "p", autoencoder: "a", settings: [:], verdicts: ["accepted"],
          columns: ["judge_loss_before", "judge_loss_after"])),
      tensors: [
        TensorDraft(
          "parents", class: label, shape: [1, 2], i64: [parent.0, Int64(parent.1)]),
        TensorDraft("latent", class: label, shape: [1, 1, 1, 2], f16: [-1, Float(label)]),
        TensorDraft("image", class: label, shape: [1, 28, 28, 1], u8: try images(label, 50..<51)),
        TensorDraft("outcomes", class: label, shape: [1, 2], f32: [0.5, 0.25]),
      ])
  }

  /// Imports the dataset and untrained networks of every role.
  func modelled() throws -> Pool {
    let pool = try pool()
    _ = try importing.run(Self.context(pool))
    for role in Role.allCases {
      try importModel(role, Self.untrained(role, seed: role == .judge ? 1 : 0), into: pool)
    }
    return pool
  }

  /// What steers, in a pool with models: candidates, scores, the selection "one" and its refinement
  /// "fine".
  static func steer(_ pool: Pool) throws {
    var generate = Generate(perClass: 2)
    generate.steps = 2
    _ = try generate.run(context(pool))
    _ = try Score().run(context(pool))
    _ = try Select(selection: "one", ipc: 1).run(context(pool))
    var refine = Refine(refinement: "fine", selection: "one")
    (refine.settings.steps, refine.settings.width) = (1, 8)
    _ = try refine.run(context(pool))
  }

  /// Runs a stage of six steps that is stopped after its third, and once more: it goes on from the
  /// checkpoint beside the pool, which is then gone.
  /// - Returns: what `run` does the second time.
  func stoppedAndResumed<R>(_ pool: Pool, _ run: (Context) throws -> R) throws -> R {
    var done: [Int] = []
    func checkpoints() throws -> Int {
      try Files.names(in: folder).count { $0.hasSuffix(".checkpoint") }
    }
    let stopping = Context(
      pool: pool, report: { done.append($0.done) }, isCancelled: { done.last == 3 })
    #expect(throws: Interrupted.self) { try run(stopping) }
    #expect(try checkpoints() == 1)
    done = []
    let result = try run(
      Context(pool: pool, report: { done.append($0.done) }, isCancelled: { false }))
    #expect(!done.contains(2) && done.max() == 6)
    #expect(try checkpoints() == 0)
    return result
  }

  func importModel(_ role: Role, _ model: Model, into pool: Pool) throws {
    let file = "\(folder)/model.safetensors"
    try Files.write(ModelFile.write(model), to: file)
    _ = try ImportModel(role: role, path: file).run(Self.context(pool))
  }

  /// A network of a few kilobytes that fits the dataset, or another of square images.
  static func untrained(_ role: Role, seed: UInt64, image: [Int] = [28, 28, 1]) -> Model {
    let autoencoder = Autoencoder.Configuration(
      image: image, side: (image[0] + 7) / 8 * 8, latentChannels: 1, blockChannels: [4, 4, 4],
      layersPerBlock: 1,
      groups: 1)
    switch role {
    case .teacher, .judge:
      let architecture = ClassifierArchitecture(
        .convnet, depth: 3, width: 4, image: image, classes: classes.count)
      return .classifier(Classifier(architecture, seed: seed))
    case .autoencoder: return .autoencoder(Autoencoder(autoencoder, seed: seed))
    case .prior:
      var initializer = Initializer(seed: seed)
      let configuration = DiffusionTransformer.Configuration(
        width: 8, depth: 1, heads: 1, patch: 2, latent: autoencoder.latent,
        classes: classes.count, mlpRatio: 1)
      return .prior(DiffusionTransformer(configuration, initializer: &initializer))
    }
  }

  /// The code of the `PoolError` that `body` throws; nil when it throws none.
  static func code(_ body: () throws -> Void) -> PoolError.Code? {
    do { try body() } catch { return (error as? PoolError)?.code }
    return nil
  }
}

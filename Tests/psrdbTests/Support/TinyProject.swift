import Engine
import Foundation
import Store
import Testing

/// A folder with a dataset of three classes of Fashion-MNIST, networks trained on it for a moment,
/// and a recipe of all stages: everything is real, and a whole run takes seconds.
struct TinyProject {
  let psrdb: Program

  /// With their labels in Fashion-MNIST.
  static let classes = [("bag", 8), ("boot", 9), ("coat", 4)]
  static let roles = ["teacher", "judge", "autoencoder", "prior"]

  static let recipe = """
    dataset: { dataset: clothes, format: image-folder, path: images }
    models:
      teacher: teacher.safetensors
      judge: judge.safetensors
      autoencoder: autoencoder.safetensors
      prior: prior.safetensors
    generate: { per_class: 70, steps: 2 }
    score: { views: 1 }
    select: { selection: chosen, strategy: psr, ipc: 2 }
    refine: { refinement: refined, selection: chosen, steps: 3, width: 8, networks: 2 }
    evaluate: { selection: refined, student: convnet3-8, seeds: 2, epochs: 2 }
    sheet: [chosen, refined]
    """

  /// Of the Debian package dataset-fashion-mnist; read once for all tests.
  private static let source = Result {
    try DatasetFormat.idx.read("/usr/share/datasets/fashion-mnist").train
  }

  init() throws {
    psrdb = try Program()
    let source = try Self.source.get()
    let positions = source.positionsByClass()
    for (name, label) in Self.classes {
      for (split, range) in [("train", 0..<12), ("test", 20..<24)] {
        let folder = psrdb.path("images/\(split)/\(name)")
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        for place in range {
          let pixels = source.images(at: [positions[label][place]])
          let bitmap = Bitmap(width: 28, height: 28, channels: 1, pixels: pixels)
          try Files.write(PNG.write(bitmap), to: "\(folder)/\(place).png")
        }
      }
    }
    try write(Self.recipe, to: "recipe.yaml")
  }

  func write(_ text: String, to name: String) throws {
    try Files.write(Array(text.utf8), to: psrdb.path(name))
  }

  /// Makes the pool NAME with the dataset.
  func importDataset(into pool: String) throws {
    try succeed("init", pool)
    try succeed(
      "--pool", pool, "import", "dataset", "images", "--name", "clothes", "--format",
      "image-folder")
  }

  /// Trains the four networks the recipe imports.
  func trainModels() throws {
    try importDataset(into: "models.psr")
    for role in Self.roles { try succeed(train(role, pool: "models.psr")) }
  }

  /// Writes four networks that fit the dataset and know nothing, of a few kilobytes.
  func writeUntrainedModels() throws {
    let image = [28, 28, 1]
    let classifier = ClassifierArchitecture(
      .convnet, depth: 3, width: 4, image: image, classes: Self.classes.count)
    let autoencoder = Autoencoder.Configuration(
      image: image, side: 32, latentChannels: 1, blockChannels: [4, 4, 4], layersPerBlock: 1,
      groups: 1)
    let prior = DiffusionTransformer.Configuration(
      width: 8, depth: 1, heads: 1, patch: 2, latent: autoencoder.latent,
      classes: Self.classes.count, mlpRatio: 1)
    var initializer = Initializer(seed: 0)
    let models: [(String, Model)] = [
      ("teacher", .classifier(Classifier(classifier, seed: 0))),
      ("judge", .classifier(Classifier(classifier, seed: 1))),
      ("autoencoder", .autoencoder(Autoencoder(autoencoder, seed: 0))),
      ("prior", .prior(DiffusionTransformer(prior, initializer: &initializer))),
    ]
    for (role, model) in models {
      try Files.write(ModelFile.write(model), to: psrdb.path("\(role).safetensors"))
    }
  }

  func train(_ role: String, pool: String) -> [String] {
    [
      "--pool", pool, "train", role, "--dataset", "clothes", "--epochs", "1", "--output",
      "\(role).safetensors",
    ]
  }

  func succeed(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws {
    try succeed(arguments, at: location)
  }

  func succeed(_ arguments: [String], at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try psrdb(arguments)
    try #require(outcome.code == 0, "\(arguments): \(outcome.error)", sourceLocation: location)
  }

  func expectWhole(_ pool: String, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try psrdb("--pool", pool, "verify", "--deep")
    #expect(outcome.code == 0, "\(outcome.out)\(outcome.error)", sourceLocation: location)
  }

  /// What a pool holds, whenever and in whatever order it came: every tensor's digest, every
  /// selection's members, every student's accuracy.
  func contents(_ name: String) throws -> [String] {
    let pool = try Pool.open(
      at: psrdb.path(name), for: .reading,
      provenance: Provenance(version: "test", blas: "none", threads: 1))
    defer { pool.close() }
    return try [
      "SELECT name, class, shape, sha256 FROM tensors",
      "SELECT selection, class, rank, id FROM members",
      "SELECT selection, seed, epochs, accuracy, train FROM evaluations",
    ].flatMap { try pool.query($0).rows.map { "\($0)" }.sorted() }
  }
}

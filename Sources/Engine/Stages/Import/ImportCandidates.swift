import Engine
import Foundation
import Store

/// Brings candidates that were made elsewhere into the pool, to be scored, selected and refined
/// like its own. A missing latent is encoded from the image, a missing image decoded from the
/// latent, both by the pool's autoencoder. Done again with the same file it changes nothing.
public struct ImportCandidates: Equatable, Sendable {
  /// The generation's name.
  public var generation: String
  /// A safetensors or npz file: see `CandidateFile`.
  public var path: String

  public init(generation: String, path: String) {
    self.generation = generation
    self.path = path
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var generation: String
    public var plan: String
    /// SHA-256 of the file.
    public var digest: String
    /// Candidates taken now, and those the pool has of this file.
    public var imported: Int
    public var candidates: Int
  }

  /// Candidates of an entry at most: what is scored at once stays small. A multiple of
  /// `Blocks.size`.
  private static let run = 4096

  /// - Throws: `PoolError`: `notFound` for no such file or no autoencoder, `usage` for arrays of
  ///   other shapes; `Interrupted`, with every finished run kept.
  public func run(_ context: Context) throws -> Report {
    try checkName(generation, of: "generation")
    context.begin("import candidates")
    let pool = context.pool
    let real = try RealImages(.train, in: pool)
    let autoencoder = try Models(pool).autoencoder()
    let configuration = autoencoder.network.configuration
    let bytes = try translatingFormatErrors { try Files.read(path) }
    let file = try translatingFormatErrors {
      try CandidateFile(
        bytes, path: path, latent: configuration.latent, image: configuration.image,
        classes: real.content.classes, autoencoder: autoencoder.digest)
    }
    let digest = SHA256.hex(of: bytes)
    var content = GenerateContent(
      generation: generation, plan: "", class: 0, first: 0, seed: 0, prior: digest,
      autoencoder: autoencoder.digest, sampler: GenerateContent.imported, steps: 0, guidance: 0)
    content.plan = Generate.plan(of: content)
    try Generate.requireName(
      generation, of: content.plan,
      option: "psrdb import candidates \((path as NSString).lastPathComponent) --generation",
      in: pool)
    let known = try pool.query(
      "SELECT class, sum(candidates) FROM generations WHERE plan = ? GROUP BY 1",
      [.text(content.plan)])
    var counts: [Int: Int] = [:]
    for row in known.rows { counts[row[0].int ?? -1] = row[1].int }
    var imported = 0
    try context.step(0, of: file.labels.count)
    let byClass = Dictionary(grouping: file.labels.indices) { file.labels[$0] }
    for (label, places) in byClass.sorted(by: { $0.key < $1.key }) {
      content.class = label
      for first in stride(from: max(0, counts[label] ?? 0), to: places.count, by: Self.run) {
        let run = Array(places[first..<min(first + Self.run, places.count)])
        content.first = first
        let tensors = try tensors(of: file, run, class: label, autoencoder.network)
        try pool.append(Draft(.generate(content), arguments: ["path": path], tensors: tensors))
        imported += run.count
        try context.step(imported, of: file.labels.count)
      }
    }
    return Report(
      generation: generation, plan: content.plan, digest: digest, imported: imported,
      candidates: file.labels.count)
  }

  private func tensors(
    of file: CandidateFile, _ places: [Int], class label: Int, _ autoencoder: Autoencoder
  ) throws(PoolError) -> [TensorDraft] {
    let configuration = autoencoder.configuration
    func rows<T>(_ values: [T], _ shape: [Int]) -> [T] {
      let size = shape.reduce(1, *)
      return places.flatMap { values[$0 * size..<($0 + 1) * size] }
    }
    let given = file.images.map { rows($0, configuration.image) }
    var latents = file.latents.map { rows($0, configuration.latent) } ?? []
    var images = given ?? []
    for first in stride(from: 0, to: places.count, by: Blocks.size) {
      let count = min(Blocks.size, places.count - first)
      if file.latents == nil, let given {
        let size = configuration.image.reduce(1, *)
        let block = Array(given[first * size..<(first + count) * size])
        let encoded = autoencoder.encode(
          ImageScaling.symmetric(bytes: block, shape: [count] + configuration.image))
        try requireFinite(encoded, of: .autoencoder, isHalf: true)
        latents += encoded.values
      } else if given == nil {
        let size = configuration.latent.reduce(1, *)
        let block = Half.rounded(
          Tensor(
            Array(latents[first * size..<(first + count) * size]),
            shape: [count] + configuration.latent))
        let decoded = autoencoder.decode(block)
        try requireFinite(decoded, of: .autoencoder)
        images += ImageScaling.bytes(symmetric: decoded)
      }
    }
    return [
      TensorDraft(
        "latent", class: label, shape: [places.count] + configuration.latent, f16: latents),
      TensorDraft("image", class: label, shape: [places.count] + configuration.image, u8: images),
    ]
  }
}

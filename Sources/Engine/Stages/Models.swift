import Engine
import Store

/// The pool's networks, read back from their entries. One that does not fit the images of the pool
/// is an error: a later import, or a merge, may have brought it.
struct Models {
  private let pool: Pool
  private let dataset: String?

  /// - Parameter dataset: the data set that networks have to fit; by default the pool's first.
  init(_ pool: Pool, for dataset: String? = nil) {
    self.pool = pool
    self.dataset = dataset
  }

  /// A network with its digest.
  struct Loaded<Network> {
    let network: Network
    let digest: String
    /// What its file says of its training (`Train.noteKeys`), as far as it does.
    let notes: [String: String]
  }

  /// The newest of the role, or that of the digest.
  /// - Throws: `PoolError`, as the others: `notFound` where the pool has none, `usage` for one
  ///   that does not fit the data set, `failure` for a damaged file.
  func teacher(digest: String? = nil) throws -> Loaded<Classifier> {
    try classifier(.teacher, digest)
  }

  func judge(digest: String? = nil) throws -> Loaded<Classifier> {
    try classifier(.judge, digest)
  }

  func autoencoder(digest: String? = nil) throws -> Loaded<Autoencoder> {
    let (model, digest, notes) = try load(.autoencoder, digest)
    guard case .autoencoder(let network) = model else { throw Models.mismatch(.autoencoder) }
    return Loaded(network: network, digest: digest, notes: notes)
  }

  func prior(digest: String? = nil) throws -> Loaded<DiffusionTransformer> {
    let (model, digest, notes) = try load(.prior, digest)
    guard case .prior(let network) = model else { throw Models.mismatch(.prior) }
    return Loaded(network: network, digest: digest, notes: notes)
  }

  /// What `load` returns; nil where the pool has none.
  static func ifThere<Network>(_ load: () throws -> Loaded<Network>) throws -> Loaded<Network>? {
    do {
      return try load()
    } catch let error as PoolError where error.code == .notFound {
      return nil
    }
  }

  /// The digest of the newest model of each role, which is the one that counts, without reading its
  /// weights.
  static func newest(in pool: Pool, asOf: Int64? = nil) throws -> [String: String] {
    let rows = try pool.query("SELECT role, digest FROM models ORDER BY entry", asOf: asOf).rows
    return Dictionary(rows.map { ($0[0].string ?? "", $0[1].string ?? "") }) { $1 }
  }

  private func classifier(_ role: Role, _ digest: String?) throws -> Loaded<Classifier> {
    let (model, digest, notes) = try load(role, digest)
    guard case .classifier(let network) = model else { throw Models.mismatch(role) }
    return Loaded(network: network, digest: digest, notes: notes)
  }

  /// The model of the role with this digest, or the newest.
  private func load(_ role: Role, _ digest: String?) throws -> (Model, String, [String: String]) {
    let entries = try pool.entries(.model).reversed()
    for entry in entries {
      guard case .model(let content) = entry.content, content.role == role,
        digest == nil || content.digest == digest
      else { continue }
      guard let number = entry.tensorNumber("weights", class: nil) else { break }
      let bytes = try pool.bytes(entry.sequence, number)
      let model = try translatingFormatErrors {
        try ModelFile(bytes, name: "the \(role.rawValue) of entry \(entry.sequence)").model()
      }
      try requireFit(model, role, entry.sequence)
      return (model, content.digest, entry.arguments)
    }
    throw PoolError(
      .notFound, "The pool has no \(role.rawValue)\(digest.map { " \($0.prefix(8))" } ?? "").",
      remedy: "psrdb import model \(role.rawValue) FILE.safetensors, or psrdb train "
        + "\(role.rawValue) --dataset NAME --output FILE.safetensors")
  }

  private func requireFit(_ model: Model, _ role: Role, _ entry: Int64) throws {
    let split = try pool.splits().first { dataset == nil || $0.content.dataset == dataset }
    guard let misfit = split.flatMap({ model.misfit($0.content) }) else { return }
    throw PoolError(
      .usage, "The \(role.rawValue) of entry \(entry) \(misfit).",
      remedy: "The newest counts, so import one that fits: psrdb import model "
        + "\(role.rawValue) FILE.safetensors")
  }

  static func mismatch(_ role: Role) -> PoolError {
    PoolError(
      .failure, "The file holds a network of another kind than \(role.rawValue).",
      remedy: "Teachers and judges are classifiers; check the path.")
  }
}

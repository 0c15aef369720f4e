import Engine
import Foundation
public import Store

/// Brings a network's weights into the pool. The newest of a role counts from there on, so the file
/// that is that already changes nothing.
public struct ImportModel: Equatable, Sendable {
  public var role: Role
  /// A safetensors file of `psrdb train`.
  public var path: String

  public init(role: Role, path: String) {
    self.role = role
    self.path = path
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var role: String
    public var architecture: String
    public var digest: String
    public var entry: Int64
    /// Whether it was the pool's newest of its role already.
    public var unchanged: Bool
    /// Whether the file says that it was trained on other images than the pool has, or in another
    /// order of classes, which its answers then are in.
    public var otherImages: Bool
    /// Roles that the pool has no model for yet.
    public var missing: [String]
  }

  /// - Throws: `PoolError`: `notFound` for no such file, `failure` for one that is damaged or holds
  ///   another kind of network, `usage` for one that fits none of the pool's data sets.
  public func run(_ context: Context) throws -> Report {
    context.begin("import model")
    let bytes = try translatingFormatErrors { try Files.read(path, limit: ModelFile.mostBytes) }
    let digest = SHA256.hex(of: bytes)
    let newest = try context.pool.query(
      "SELECT entry, architecture, digest FROM models WHERE role = ? ORDER BY entry DESC LIMIT 1",
      [.text(role.rawValue)])
    if let row = newest.rows.first, let entry = row[0].int, row[2].string == digest {
      return Report(
        role: role.rawValue, architecture: row[1].string ?? "", digest: digest,
        entry: Int64(entry), unchanged: true, otherImages: false, missing: try missing(context.pool)
      )
    }
    try requireAnother(digest, context.pool)
    let (model, notes) = try translatingFormatErrors {
      let file = try ModelFile(bytes, name: path)
      return (try file.model(), file.notes)
    }
    let architecture = try describe(model)
    try requireFit(model, context.pool)
    let entry = try context.pool.append(
      Draft(
        .model(
          ModelContent(
            role: role, architecture: architecture, digest: digest, bytes: bytes.count,
            origin: (path as NSString).lastPathComponent)),
        arguments: Self.kept(notes).merging(["path": path]) { $1 },
        tensors: [TensorDraft("weights", shape: [bytes.count], u8: bytes)]))
    try context.step(1, of: 1)
    return Report(
      role: role.rawValue, architecture: architecture, digest: digest, entry: entry.sequence,
      unchanged: false, otherImages: try areOthers(notes["images_sha256"], context.pool),
      missing: try missing(context.pool))
  }

  private func areOthers(_ digest: String?, _ pool: Pool) throws -> Bool {
    let splits = try pool.splits()
    guard let digest, role != .autoencoder, !splits.isEmpty else { return false }
    return !splits.contains { RealImages.digest(of: $0.entry) == digest }
  }

  /// A judge that is the teacher would find good whatever pleased the teacher.
  private func requireAnother(_ digest: String, _ pool: Pool) throws {
    let others: [Role: Role] = [.teacher: .judge, .judge: .teacher]
    guard let other = others[role], try Models.newest(in: pool)[other.rawValue] == digest else {
      return
    }
    throw PoolError(
      .usage, "\(path) is the pool's \(other.rawValue): a judge has to be another network.",
      remedy: "psrdb train \(role.rawValue) --dataset NAME --output \(role.rawValue).safetensors")
  }

  private func missing(_ pool: Pool) throws -> [String] {
    let known = try pool.query("SELECT DISTINCT role FROM models").rows.compactMap(\.[0].string)
    return Role.allCases.map(\.rawValue).filter { !known.contains($0) }
  }

  /// What the file says of its training, for lineage.
  private static func kept(_ notes: [String: String]) -> [String: String] {
    notes.filter { Train.noteKeys.contains($0.key) && $0.value.utf8.count <= 200 }
  }

  /// A network that fits none of the pool's data sets would only be in the way.
  private func requireFit(_ model: Model, _ pool: Pool) throws {
    let splits = try pool.splits()
    guard let misfit = splits.last.flatMap({ model.misfit($0.content) }),
      !splits.contains(where: { model.misfit($0.content) == nil })
    else { return }
    throw PoolError(
      .usage, "\(path) \(misfit).",
      remedy: "psrdb info lists the data sets; train one on them: psrdb train \(role.rawValue) "
        + "--dataset NAME --output FILE.safetensors")
  }

  /// Checks that the file is a network of this role.
  private func describe(_ model: Model) throws -> String {
    switch (role, model) {
    case (.teacher, .classifier(let network)), (.judge, .classifier(let network)):
      return network.architecture.name
    case (.autoencoder, .autoencoder(let network)):
      let c = network.configuration
      return "autoencoder \(c.blockChannels.map(String.init).joined(separator: "-")), latent "
        + c.latent.map(String.init).joined(separator: "×")
    case (.prior, .prior(let network)):
      let c = network.configuration
      return "dit width \(c.width), depth \(c.depth), \(c.tokens) tokens"
    default: throw Models.mismatch(role)
    }
  }
}

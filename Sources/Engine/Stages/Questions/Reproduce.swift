import Engine
import Foundation
import Store

/// `reproduce`: makes a generated or refined version again from its lineage, and compares digests.
/// What is made is the batch that one entry of the journal holds, for the journal has the digests
/// of batches; of a refinement it is the whole set, for that is what was refined. The pool stays as
/// it is, and need not have the tensors any more.
public struct Reproduce: Equatable, Sendable {
  /// Of a version, or of a candidate: then of its newest accepted version.
  public var id: String

  public init(_ id: String) { self.id = id }

  public struct Report: Encodable, Equatable, Sendable {
    public var id: String
    /// The entry that made it, and how many images are in it.
    public var entry: Int64
    public var images: Int
    /// Whether every digest came out the same.
    public var reproduced: Bool
    /// The BLAS, with its kernels for the CPU, that made it then. Another may give other bits.
    public var madeWith: String
    public var seconds: Double
    public var tensors: [Comparison]
  }

  public struct Comparison: Encodable, Equatable, Sendable {
    public var name: String
    /// SHA-256 by the journal, and of what was made now.
    public var recorded: String
    public var made: String
    public var same: Bool
  }

  /// - Throws: `PoolError`: `notFound` for an unknown id or weights that are not in the pool,
  ///   `usage` for a real image; `Interrupted`.
  public func run(_ context: Context, asOf: Int64? = nil) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    context.begin("reproduce")
    let item = try PoolItem.named(id, in: context.pool, asOf: asOf)
    let entry = try context.pool.entry(item.entry)
    let drafts =
      switch entry.content {
      case .generate(let content): try generated(content, entry, context)
      case .refine(let content): try refined(content, entry, context)
      default:
        throw PoolError(
          .usage, "\(item.id) is a real image: nothing made it.",
          remedy: "Where it came from: psrdb lineage \(item.id)")
      }
    let tensors = try drafts.map { draft in
      guard let number = entry.tensorNumber(draft.name, class: draft.class) else {
        throw PoolError(
          .damage, "Entry \(entry.sequence) has no \(draft.name) to compare with.",
          remedy: "psrdb verify --deep")
      }
      let recorded = entry.tensors[number].sha256
      return Comparison(
        name: draft.name, recorded: recorded, made: draft.sha256, same: draft.sha256 == recorded)
    }
    return Report(
      id: item.id, entry: entry.sequence, images: entry.tensors.first?.rows ?? 0,
      reproduced: tensors.allSatisfy(\.same), madeWith: entry.blas,
      seconds: ProcessInfo.processInfo.systemUptime - start, tensors: tensors)
  }

  private func generated(
    _ content: GenerateContent, _ entry: Entry, _ context: Context
  ) throws -> [TensorDraft] {
    guard content.sampler != GenerateContent.imported else {
      throw PoolError(
        .usage, "\(id) was made elsewhere and imported.",
        remedy: "The file it came in: psrdb lineage \(id)")
    }
    let models = Models(context.pool)
    let maker = try CandidateMaker(
      models.prior(digest: content.prior).network,
      models.autoencoder(digest: content.autoencoder).network, content)
    let count = entry.tensors.first?.rows ?? 0
    var done = 0
    try context.step(0, of: content.steps)
    return try maker.tensors(class: content.class, content.first..<content.first + count) {
      done += 1
      try context.step(min(done, content.steps), of: content.steps)
    }
  }

  private func refined(
    _ content: RefineContent, _ entry: Entry, _ context: Context
  ) throws -> [TensorDraft] {
    let pool = context.pool
    let stage = Refine(of: content)
    try stage.check()
    let networks = try RefinementNetworks(pool, of: content)
    let set = try RefinementSet(
      content.refinement, of: content.selection, in: pool, holding: entry)
    try context.step(0, of: stage.settings.steps)
    let rows = try set.refined(by: stage, networks, pause: context.pause) {
      try context.step($0, of: stage.settings.steps)
    }
    // The rows of this entry are those with its parents.
    guard let number = entry.tensorNumber("parents", class: content.class) else {
      throw PoolError(
        .damage, "Entry \(entry.sequence) does not say what it refined.",
        remedy: "psrdb verify --deep")
    }
    let parents = try pool.integers(entry.sequence, number)
    let places = stride(from: 0, to: parents.count, by: 2).compactMap { i in
      set.newcomers.firstIndex {
        $0.class == content.class && $0.entry == Int64(parents[i]) && $0.row == parents[i + 1]
      }
    }
    return rows.rows(places).tensors(class: content.class)
      .filter { ["latent", "image"].contains($0.name) }
  }
}

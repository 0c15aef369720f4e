import Engine
import Store

/// What a refinement refines together: a selection's members that it had not refined before for
/// another, beside those that it had, which are settled.
///
/// The set is read from the pool as it stood before its first entry. So a run that was killed
/// between two of its entries finds the same set again, and its bits; and so does `reproduce`.
/// Entries that came by `merge` are of another pool's selection of that name, and what they refined
/// is settled.
struct RefinementSet {
  let base: SelectionReader
  let newcomers: [SelectionReader.Member]
  /// In the newest version that was accepted, or as they were.
  let settled: [SelectionReader.Member]
  /// The training images that steer it.
  let real: RealImages
  private let refinement: String
  private let pool: Pool

  /// - Parameter entry: one that holds a part of the set.
  /// - Throws: `PoolError`: `notFound` for an unknown selection, and for an entry that came by `merge`.
  init(
    _ refinement: String, of selection: String, in pool: Pool, holding entry: Entry? = nil
  ) throws {
    let merged = try Self.merged(pool)
    func isMerged(_ entry: Entry) -> Bool { merged.contains { $0.contains(entry.sequence) } }
    if let entry, isMerged(entry) {
      throw PoolError(
        .notFound,
        "Entry \(entry.sequence) came by merge, without the selection '\(selection)' that it refined.",
        remedy: "Reproduce it in the pool that it was made in.")
    }
    // Nil while nothing of the set is in the pool.
    let first = try pool.entries(.refine).first { entry in
      guard case .refine(let content) = entry.content, !isMerged(entry) else { return false }
      return content.refinement == refinement && content.selection == selection
    }
    let asOf = first.map { $0.sequence - 1 }
    base = try SelectionReader(selection, in: pool, asOf: asOf)
    try base.requireCandidates()
    let known = try Self.settled(base, refinement, pool, asOf)
    newcomers = base.members.filter { known[$0.id] == nil }
    // In a fixed order, so that the same pool gives the same bits.
    settled = known.values.sorted { ($0.class, $0.rank) < ($1.class, $1.rank) }
    real = try RealImages(.train, in: pool)
    self.refinement = refinement
    self.pool = pool
  }

  /// Where in the journal are entries that came by `merge`.
  private static func merged(_ pool: Pool) throws -> [Range<Int64>] {
    let last = Int(pool.head.sequence)
    return try pool.query("SELECT entry, entries FROM merges").rows.compactMap { row in
      guard let entry = row[0].int, let count = row[1].int, (0...last).contains(entry),
        (0...last - entry).contains(count)
      else { return nil }
      return Int64(entry) + 1..<Int64(entry) + 1 + Int64(count)
    }
  }

  /// Members that the refinement began from already, by the id they had, as they are since.
  private static func settled(
    _ base: SelectionReader, _ refinement: String, _ pool: Pool, _ asOf: Int64?
  ) throws -> [String: SelectionReader.Member] {
    // What was dropped is settled, too, as the member that it was made of.
    let table = try pool.query(
      """
      SELECT parent, accepted AND (dropped IS NULL OR dropped > ?2), entry, row FROM main.versions
      WHERE refinement = ?1 AND created <= ?2 ORDER BY version
      """, [.text(refinement), .integer(asOf ?? .max)])
    var known: [String: SelectionReader.Member] = [:]
    let members = Dictionary(base.members.map { ($0.id, $0) }) { $1 }
    for row in table.rows {
      guard let parent = row[0].string, var member = members[parent] else { continue }
      if row[1].int == 1 {
        guard let entry = row[2].int, let place = row[3].int,
          (0...Item.maximumRow).contains(place)
        else { throw SelectionReader.brokenRow }
        (member.entry, member.row) = (Int64(entry), place)
      }
      known[parent] = member
    }
    return known
  }

  /// Places of the newcomers whose versions the pool lacks.
  func missing() throws -> [Int] {
    let made = Set(
      try pool.query("SELECT parent FROM main.versions WHERE refinement = ?", [.text(refinement)])
        .rows.compactMap { $0[0].string })
    return newcomers.indices.filter { !made.contains(newcomers[$0].id) }
  }

  /// Refines the newcomers, in their order.
  /// - Parameters:
  ///   - stage: its settings and seed.
  ///   - checkpoint: what a stopped refinement goes on from.
  ///   - pause: called now and then before the first step; throwing stops.
  ///   - progress: as `Refiner.refine`'s.
  func refined(
    by stage: Refine, _ networks: RefinementNetworks, checkpoint: TrainingCheckpoint? = nil,
    pause: () throws -> Void, progress: (Int) throws -> Void
  ) throws -> RefinedRows {
    try base.requireFit(real.content)
    let labelled = try SoftLabels(
      networks.teacher.network, perClass: stage.settings.real, in: pool, pause: pause)
    let refiner = Refiner(
      autoencoder: networks.autoencoder.network, prior: networks.prior.network,
      teacher: networks.teacher.network, judge: networks.judge.network, real: labelled.steering,
      held: labelled.held, formation: base.formation, settings: stage.settings,
      flips: real.flips, seed: stage.seed)
    let (shape, values) = try base.latents(of: newcomers)
    let (latent, image) = (
      networks.autoencoder.network.configuration.latent,
      networks.autoencoder.network.configuration.image
    )
    guard Array(shape.dropFirst()) == latent,
      try base.autoencoders(of: newcomers).isSubset(of: [networks.autoencoder.digest])
    else {
      throw PoolError(
        .usage, "The latents of '\(base.selection)' are not those of the pool's autoencoder.",
        remedy: "Import the one that they were made with: psrdb import model autoencoder FILE")
    }
    let members = Refiner.Members(
      latents: Tensor(values, shape: shape), labels: newcomers.map(\.class),
      settled: settled.isEmpty
        ? nil
        : (
          labelled.scaling.standardised(
            bytes: try base.images(of: settled), shape: [settled.count] + image),
          settled.map(\.class)
        ))
    let result = try translatingFormatErrors {
      try refiner.refine(
        members, rounded: Half.rounded, checkpoint: checkpoint, progress: progress)
    }
    return RefinedRows(
      members: newcomers, latents: result.latents, image: image,
      bytes: ImageScaling.bytes(symmetric: result.images), outcomes: result.outcomes)
  }

  /// Of `refined` likewise.
  func checkpoint(by stage: Refine, _ networks: RefinementNetworks) throws -> CheckpointFile {
    let digests = [
      networks.teacher.digest, networks.judge.digest, networks.autoencoder.digest,
      networks.prior.digest, real.digest,
    ]
    let members = (newcomers + settled).map { "\($0.id) \($0.entry) \($0.row)" }
    return CheckpointFile(
      of:
        "\(stage.settings) \(real.flips) \(stage.seed) \(base.formation.factor) \(digests) \(newcomers.count) "
        + "\(members)", beside: pool)
  }
}

public import Engine
import Foundation
public import Store

/// Refines a selection's candidates together and names what comes of it. A candidate is refined
/// once under a refinement: with another selection only newcomers are, beside those that are
/// settled. A version that is not accepted stays in the pool with the reason, and the version
/// before it in the selection.
public struct Refine: Codable, Equatable, Sendable {
  /// The refinement's name. Under a name that is there, it goes on with newcomers.
  public var refinement: String
  /// The selection to refine.
  public var selection: String
  /// The name of the selection it makes; by default the refinement's.
  public var name: String
  public var seed: UInt64 = 0
  public var flips = true
  public var settings = Refiner.Settings()

  public init(refinement: String, selection: String, name: String? = nil) {
    self.refinement = refinement
    self.selection = selection
    self.name = name ?? refinement
  }

  enum CodingKeys: String, CodingKey {
    case refinement, selection, name, seed, flips, steps, rate, proximity, prior, radius, width
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    refinement = try values.decode(String.self, forKey: .refinement)
    selection = try values.decode(String.self, forKey: .selection)
    name = try values.decodeIfPresent(String.self, forKey: .name) ?? refinement
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    flips = try values.decodeIfPresent(Bool.self, forKey: .flips) ?? flips
    func read<T: Decodable>(_ key: CodingKeys, _ path: WritableKeyPath<Refiner.Settings, T>) throws
    {
      if let value = try values.decodeIfPresent(T.self, forKey: key) {
        settings[keyPath: path] = value
      }
    }
    try read(.steps, \.steps)
    try read(.rate, \.rate)
    try read(.proximity, \.proximity)
    try read(.prior, \.prior)
    try read(.radius, \.radius)
    try read(.width, \.width)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(refinement, forKey: .refinement)
    try values.encode(selection, forKey: .selection)
    try values.encode(name, forKey: .name)
    try values.encode(seed, forKey: .seed)
    try values.encode(flips, forKey: .flips)
    try values.encode(settings.steps, forKey: .steps)
    try values.encode(settings.rate, forKey: .rate)
    try values.encode(settings.proximity, forKey: .proximity)
    try values.encode(settings.prior, forKey: .prior)
    try values.encode(settings.radius, forKey: .radius)
    try values.encode(settings.width, forKey: .width)
  }

  public struct Report: Codable, Equatable, Sendable {
    public var refinement: String
    /// The selection made.
    public var selection: String
    public var members: Int
    /// Candidates refined now.
    public var refined: Int
    public var accepted: Int
    /// Reasons of those refined now that were not accepted.
    public var rejected: [String: Int]
    /// Of the whole set, on held-out training images.
    public var setLossBefore: Double?
    public var setLossAfter: Double?
    /// Means over those refined now, under the judge.
    public var judgeLossBefore: Double?
    public var judgeLossAfter: Double?
    public var seconds: Double
  }

  static let columns = [
    "set_loss_before", "set_loss_after", "judge_loss_before", "judge_loss_after",
    "teacher_loss_before", "teacher_loss_after",
    "residual_before", "residual_after", "distance", "high_frequency_before",
    "high_frequency_after",
  ]

  /// - Throws: `PoolError`; `Interrupted`, with the pool as it was.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    guard (1...10_000).contains(settings.steps), (1...1024).contains(settings.width),
      settings.rate > 0, settings.radius > 0, settings.prior >= 0, settings.proximity >= 0
    else {
      throw PoolError(
        .usage, "A refinement needs steps, a width, a rate and a radius above 0.",
        remedy: "psrdb refine \(selection) --name \(refinement)")
    }
    context.begin("refine")
    let pool = context.pool
    let base = try SelectionReader(selection, in: pool)
    let models = Models(pool)
    let networks = try Networks(
      teacher: models.teacher(), judge: models.judge(), autoencoder: models.autoencoder(),
      prior: models.prior())
    try checkSettings(networks, pool)

    let settled = try settledMembers(base, pool)
    let newcomers = base.members.filter { settled[$0.id] == nil }
    try context.step(0, of: settings.steps)
    var outcomes: [Outcome] = []
    if !newcomers.isEmpty {
      outcomes = try refine(newcomers, settled: Array(settled.values), base, networks, context)
    }
    try context.step(settings.steps, of: settings.steps)
    try appendSelection(base, pool)
    return report(base, outcomes, seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  private struct Networks {
    var teacher: Models.Loaded<Classifier>
    var judge: Models.Loaded<Classifier>
    var autoencoder: Models.Loaded<Autoencoder>
    var prior: Models.Loaded<DiffusionTransformer>
  }

  private var settingsRecord: [String: Double] {
    [
      "steps": Double(settings.steps), "rate": Double(settings.rate),
      "proximity": Double(settings.proximity), "prior": Double(settings.prior),
      "radius": Double(settings.radius), "width": Double(settings.width),
      "flips": flips ? 1 : 0,
    ]
  }

  /// A name stands for one way of refining.
  private func checkSettings(_ networks: Networks, _ pool: Pool) throws {
    for entry in try pool.entries(.refine) {
      guard case .refine(let content) = entry.content, content.refinement == refinement else {
        continue
      }
      if content.settings == settingsRecord && content.seed == seed
        && content.teacher == networks.teacher.digest && content.judge == networks.judge.digest
        && content.prior == networks.prior.digest
        && content.autoencoder == networks.autoencoder.digest
      {
        return
      }
      throw PoolError(
        .usage, "The refinement '\(refinement)' was made with other settings or models.",
        remedy: "Nothing is overwritten: psrdb refine \(selection) --name \(refinement)-2")
    }
  }

  /// Members that this refinement began from already, by the id they had, as they are now: in the
  /// newest version that it accepted, or as they were.
  private func settledMembers(_ base: SelectionReader, _ pool: Pool) throws
    -> [String: SelectionReader.Member]
  {
    let table = try pool.query(
      "SELECT parent, accepted, entry, row FROM versions WHERE refinement = ? ORDER BY version",
      [.text(refinement)])
    var known: [String: SelectionReader.Member] = [:]
    let members = Dictionary(uniqueKeysWithValues: base.members.map { ($0.id, $0) })
    for row in table.rows {
      guard let parent = row[0].string, var member = members[parent] else { continue }
      if row[1].int == 1, let entry = row[2].int, let place = row[3].int {
        (member.entry, member.row) = (Int64(entry), place)
      }
      known[parent] = member
    }
    return known
  }

  private func refine(
    _ newcomers: [SelectionReader.Member], settled: [SelectionReader.Member],
    _ base: SelectionReader, _ networks: Networks, _ context: Context
  ) throws -> [Outcome] {
    let pool = context.pool
    let labelled = try SoftLabels(networks.teacher.network, in: pool)
    let refiner = Refiner(
      autoencoder: networks.autoencoder.network, prior: networks.prior.network,
      teacher: networks.teacher.network, judge: networks.judge.network, real: labelled.steering,
      held: labelled.held, settings: settings, flips: flips, seed: seed)
    let (shape, values) = try base.latents(of: newcomers)
    let image = networks.autoencoder.network.configuration.image
    // In a fixed order, so that the same pool gives the same bits.
    let settled = settled.sorted { ($0.class, $0.rank) < ($1.class, $1.rank) }
    let members = Refiner.Members(
      latents: Tensor(values, shape: shape), labels: newcomers.map(\.class),
      settled: settled.isEmpty
        ? nil
        : (
          labelled.scaling.standardised(
            bytes: try base.images(of: settled), shape: [settled.count] + image),
          settled.map(\.class)
        ))
    let result = try refiner.refine(members, rounded: Half.rounded) { step in
      try context.step(step, of: settings.steps)
    }
    let bytes = ImageScaling.bytes(symmetric: result.images)
    for label in Set(newcomers.map(\.class)).sorted() {
      let rows = newcomers.indices.filter { newcomers[$0].class == label }
      let size = image.reduce(1, *)
      try append(
        rows.map { newcomers[$0] }, label, latents: result.latents.gather(rows),
        images: rows.flatMap { bytes[$0 * size..<($0 + 1) * size] }, image: image,
        outcomes: rows.map { result.outcomes[$0] }, networks, pool)
    }
    return result.outcomes
  }

  private func append(
    _ members: [SelectionReader.Member], _ label: Int, latents: Tensor, images: [UInt8],
    image: [Int], outcomes: [Outcome], _ networks: Networks, _ pool: Pool
  ) throws {
    let content = RefineContent(
      refinement: refinement, selection: selection, class: label, seed: seed,
      teacher: networks.teacher.digest, judge: networks.judge.digest,
      prior: networks.prior.digest, autoencoder: networks.autoencoder.digest,
      settings: settingsRecord, verdicts: outcomes.map(\.verdict.rawValue),
      columns: Refine.columns)
    try pool.append(
      Draft(
        .refine(content), arguments: [:],
        tensors: [
          TensorDraft(
            "parents", class: label, shape: [members.count, 2],
            i64: members.flatMap { [$0.entry, Int64($0.row)] }),
          TensorDraft("latent", class: label, shape: latents.shape, f16: latents.values),
          TensorDraft("image", class: label, shape: [members.count] + image, u8: images),
          TensorDraft(
            "outcomes", class: label, shape: [members.count, Refine.columns.count],
            f32: outcomes.flatMap(Refine.numbers)),
        ]))
  }

  private static func numbers(_ o: Outcome) -> [Float] {
    [
      o.setLossBefore, o.setLossAfter, o.judgeLossBefore, o.judgeLossAfter, o.teacherLossBefore,
      o.teacherLossAfter, o.residualBefore, o.residualAfter, o.distance, o.highFrequencyBefore,
      o.highFrequencyAfter,
    ]
  }

  /// Appends the selection of what was accepted, unless it is there.
  private func appendSelection(_ base: SelectionReader, _ pool: Pool) throws {
    let content = SelectContent(
      selection: name, ranking: nil, counts: base.counts, base: selection,
      refinement: refinement)
    for entry in try pool.entries(.select) {
      guard case .select(let known) = entry.content, known.selection == name else { continue }
      if known == content { return }
      throw PoolError(
        .usage, "The name '\(name)' is taken by another selection.",
        remedy: "psrdb refine \(selection) --refinement \(refinement) --name \(name)-2")
    }
    try pool.append(Draft(.select(content), arguments: [:], tensors: []))
  }

  private func report(
    _ base: SelectionReader, _ outcomes: [Outcome], seconds: Double
  ) -> Report {
    var rejected: [String: Int] = [:]
    for outcome in outcomes where outcome.verdict != .accepted {
      rejected[outcome.verdict.rawValue, default: 0] += 1
    }
    func mean(_ path: KeyPath<Outcome, Float>) -> Double? {
      outcomes.isEmpty
        ? nil
        : outcomes.reduce(0.0) { $0 + Double($1[keyPath: path]) } / Double(outcomes.count)
    }
    return Report(
      refinement: refinement, selection: name, members: base.members.count,
      refined: outcomes.count, accepted: outcomes.count { $0.verdict == .accepted },
      rejected: rejected, setLossBefore: mean(\.setLossBefore),
      setLossAfter: mean(\.setLossAfter), judgeLossBefore: mean(\.judgeLossBefore),
      judgeLossAfter: mean(\.judgeLossAfter), seconds: seconds)
  }
}

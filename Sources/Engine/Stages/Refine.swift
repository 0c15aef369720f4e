public import Engine
import Foundation
public import Store

/// Refines a selection's candidates and names what comes of it. Each candidate is refined alone
/// and once under this name, so a selection at another IPC refines only newcomers; a version that
/// is not accepted stays in the pool with the reason, and the version before it in the selection.
public struct Refine: Codable, Equatable, Sendable {
  /// The refinement's name, and that of the selection it makes.
  public var refinement: String
  /// The selection to refine.
  public var selection: String
  public var seed: UInt64 = 0
  public var flips = true
  public var settings = Refiner.Settings()

  public init(refinement: String, selection: String) {
    self.refinement = refinement
    self.selection = selection
  }

  enum CodingKeys: String, CodingKey {
    case refinement, selection, seed, flips, steps, rate, temperature, views, proximity, prior
    case radius, growth, softness
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    refinement = try values.decode(String.self, forKey: .refinement)
    selection = try values.decode(String.self, forKey: .selection)
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
    try read(.temperature, \.temperature)
    try read(.views, \.views)
    try read(.proximity, \.proximity)
    try read(.prior, \.prior)
    try read(.radius, \.radius)
    try read(.growth, \.growth)
    try read(.softness, \.softness)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(refinement, forKey: .refinement)
    try values.encode(selection, forKey: .selection)
    try values.encode(seed, forKey: .seed)
    try values.encode(flips, forKey: .flips)
    try values.encode(settings.steps, forKey: .steps)
    try values.encode(settings.rate, forKey: .rate)
    try values.encode(settings.temperature, forKey: .temperature)
    try values.encode(settings.views, forKey: .views)
    try values.encode(settings.proximity, forKey: .proximity)
    try values.encode(settings.prior, forKey: .prior)
    try values.encode(settings.radius, forKey: .radius)
    try values.encode(settings.growth, forKey: .growth)
    try values.encode(settings.softness, forKey: .softness)
  }

  public struct Report: Codable, Equatable, Sendable {
    public var refinement: String
    public var selection: String
    public var members: Int
    /// Candidates refined now.
    public var refined: Int
    public var accepted: Int
    /// Reasons of those refined now that were not accepted.
    public var rejected: [String: Int]
    /// Means over those refined now, under the judge.
    public var judgeLossBefore: Double?
    public var judgeLossAfter: Double?
    public var seconds: Double
  }

  static let columns = [
    "judge_loss_before", "judge_loss_after", "teacher_loss_before", "teacher_loss_after",
    "residual_before", "residual_after", "distance", "high_frequency_before",
    "high_frequency_after",
  ]

  /// - Throws: `PoolError`; `Interrupted`, with every finished class kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    guard (1...10_000).contains(settings.steps), (1...64).contains(settings.views),
      settings.rate > 0, settings.temperature > 0
    else {
      throw PoolError(
        .usage, "A refinement needs steps, views, a rate and a temperature above 0.",
        remedy: "psrdb refine \(selection) --name \(refinement)")
    }
    context.begin("refine")
    let pool = context.pool
    let base = try SelectionReader(selection, in: pool)
    let models = Models(pool)
    let networks = try Networks(
      teacher: models.teacher(), judge: models.judge(), autoencoder: models.autoencoder(),
      prior: models.prior())
    let real = try RealImages(.train, in: pool)
    let refiner = Refiner(
      autoencoder: networks.autoencoder.network, prior: networks.prior.network,
      teacher: networks.teacher.network, judge: networks.judge.network, scaling: real.scaling,
      settings: settings, flips: flips, seed: seed)
    try checkSettings(networks, pool)

    let done = try refinedParents(pool)
    let newcomers = base.members.filter { !done.contains($0.id) }
    let labels = Set(newcomers.map(\.class)).sorted()
    var outcomes: [Refiner.Outcome] = []
    let total = newcomers.count * settings.steps
    var finished = 0
    try context.step(0, of: max(total, 1))
    for label in labels {
      let members = newcomers.filter { $0.class == label }
      let target = try targetDistribution(real, label, networks.teacher.network, pool)
      outcomes += try refine(
        members, label: label, target: target, base, refiner, networks, pool
      ) { rows, step in
        try context.step(
          finished + rows * step, of: total, note: "class \(base.classNames[label])")
      }
      finished += members.count * settings.steps
    }
    try context.step(max(total, 1), of: max(total, 1))
    try name(base, pool)
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
      "temperature": Double(settings.temperature), "views": Double(settings.views),
      "proximity": Double(settings.proximity), "prior": Double(settings.prior),
      "radius": Double(settings.radius), "growth": Double(settings.growth),
      "softness": Double(settings.softness), "flips": flips ? 1 : 0,
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

  /// Ids of the versions that this refinement began from already.
  private func refinedParents(_ pool: Pool) throws -> Set<String> {
    let table = try pool.query(
      "SELECT parent FROM versions WHERE refinement = ?", [.text(refinement)])
    return Set(table.rows.compactMap { $0[0].string })
  }

  /// The label distribution q: part one-hot, part the class's mean teacher output on (at most 500)
  /// real training images.
  private func targetDistribution(
    _ real: RealImages, _ label: Int, _ teacher: Classifier, _ pool: Pool
  ) throws -> [Float] {
    let bytes = try real.bytes(class: label, limit: 500)
    let count = bytes.count / max(1, real.content.image.reduce(1, *))
    var mean = [Float](repeating: 0, count: real.classes)
    for first in stride(from: 0, to: count, by: Blocks.size) {
      let size = real.content.image.reduce(1, *)
      let rows = first..<min(first + Blocks.size, count)
      let images = real.scaling.standardised(
        bytes: Array(bytes[rows.lowerBound * size..<rows.upperBound * size]),
        shape: [rows.count] + real.content.image)
      let probabilities = softmax(teacher.forward(images, .inference).logits)
      for row in 0..<rows.count {
        for k in 0..<real.classes { mean[k] += probabilities[row * real.classes + k] }
      }
    }
    return mean.enumerated().map { k, sum in
      let hard: Float = k == label ? 1 : 0
      return count == 0
        ? hard : (1 - settings.softness) * hard + settings.softness * sum / Float(count)
    }
  }

  private func refine(
    _ members: [SelectionReader.Member], label: Int, target: [Float], _ base: SelectionReader,
    _ refiner: Refiner, _ networks: Networks, _ pool: Pool,
    progress: (_ rows: Int, _ step: Int) throws -> Void
  ) throws -> [Refiner.Outcome] {
    let (shape, values) = try base.latents(of: members)
    let start = Tensor(values, shape: shape)
    let latents = Tensor(uninitialized: shape)
    var bytes: [UInt8] = []
    var outcomes: [Refiner.Outcome] = []
    try Blocks.forEach(first: 0, count: members.count) { rows, places in
      let block = Blocks.padded(start.rows(rows), at: places.lowerBound)
      // Only as many rows as there are: a row's bits depend on its place, not on those after it.
      let result = try refiner.refine(
        block.rows(0..<places.upperBound), label: label, target: target, rounded: Half.rounded
      ) { step in try progress(rows.upperBound, step) }
      latents.setRows(at: rows.lowerBound, result.latents.rows(places))
      bytes += ImageScaling.bytes(symmetric: result.images.rows(places))
      outcomes += result.outcomes[places]
    }
    let content = RefineContent(
      refinement: refinement, selection: selection, class: label, seed: seed,
      teacher: networks.teacher.digest, judge: networks.judge.digest,
      prior: networks.prior.digest, autoencoder: networks.autoencoder.digest,
      settings: settingsRecord, verdicts: outcomes.map(\.verdict.rawValue),
      columns: Refine.columns)
    let image = networks.autoencoder.network.configuration.image
    try pool.append(
      Draft(
        .refine(content), arguments: [:],
        tensors: [
          TensorDraft(
            "parents", class: label, shape: [members.count, 2],
            i64: members.flatMap { [$0.entry, Int64($0.row)] }),
          TensorDraft("latent", class: label, shape: shape, f16: latents.values),
          TensorDraft("image", class: label, shape: [members.count] + image, u8: bytes),
          TensorDraft(
            "outcomes", class: label, shape: [members.count, Refine.columns.count],
            f32: outcomes.flatMap(Refine.numbers)),
        ]))
    return outcomes
  }

  private static func numbers(_ o: Refiner.Outcome) -> [Float] {
    [
      o.judgeLossBefore, o.judgeLossAfter, o.teacherLossBefore, o.teacherLossAfter,
      o.residualBefore, o.residualAfter, o.distance, o.highFrequencyBefore,
      o.highFrequencyAfter,
    ]
  }

  /// Appends the selection of what was accepted, unless it is there.
  private func name(_ base: SelectionReader, _ pool: Pool) throws {
    let content = SelectContent(
      selection: refinement, ranking: nil, counts: base.counts, base: selection,
      refinement: refinement)
    for entry in try pool.entries(.select) {
      guard case .select(let known) = entry.content, known.selection == refinement else { continue }
      if known == content { return }
      throw PoolError(
        .usage, "The name '\(refinement)' is taken by another selection.",
        remedy: "psrdb refine \(selection) --name \(refinement)-2")
    }
    try pool.append(Draft(.select(content), arguments: [:], tensors: []))
  }

  private func report(
    _ base: SelectionReader, _ outcomes: [Refiner.Outcome], seconds: Double
  ) -> Report {
    var rejected: [String: Int] = [:]
    for outcome in outcomes where outcome.verdict != .accepted {
      rejected[outcome.verdict.rawValue, default: 0] += 1
    }
    func mean(_ path: KeyPath<Refiner.Outcome, Float>) -> Double? {
      outcomes.isEmpty
        ? nil
        : outcomes.reduce(0.0) { $0 + Double($1[keyPath: path]) } / Double(outcomes.count)
    }
    return Report(
      refinement: refinement, selection: selection, members: base.members.count,
      refined: outcomes.count, accepted: outcomes.count { $0.verdict == .accepted },
      rejected: rejected, judgeLossBefore: mean(\.judgeLossBefore),
      judgeLossAfter: mean(\.judgeLossAfter), seconds: seconds)
  }
}

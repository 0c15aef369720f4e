public import Engine
import Foundation
import Store

/// Refines a selection's candidates together and names what comes of it. A candidate is refined
/// once under a refinement: with another selection only newcomers are, beside those that are
/// settled. A version that is not accepted stays in the pool with the reason, and the version
/// before it in the selection. A stopped refinement goes on at its checkpoint, beside the pool.
public struct Refine: Decodable, Equatable, Sendable {
  /// The refinement's name. Under a name that is there, it goes on with newcomers.
  public var refinement: String
  /// The selection to refine.
  public var selection: String
  /// The name of the selection it makes; by default the refinement's.
  public var name: String
  public var seed: UInt64 = 0
  public var settings = Refiner.Settings()

  public init(refinement: String, selection: String, name: String? = nil) {
    self.refinement = refinement
    self.selection = selection
    self.name = name ?? refinement
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case refinement, selection, name, seed, steps, rate, proximity, prior, radius, width,
      networks, real, check
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    refinement = try values.decode(String.self, forKey: .refinement)
    selection = try values.decode(String.self, forKey: .selection)
    name = try values.decodeIfPresent(String.self, forKey: .name) ?? refinement
    try values.read(.seed, into: &seed)
    try values.read(.steps, into: &settings.steps)
    try values.read(.rate, into: &settings.rate)
    try values.read(.proximity, into: &settings.proximity)
    try values.read(.prior, into: &settings.prior)
    try values.read(.radius, into: &settings.radius)
    try values.read(.width, into: &settings.width)
    try values.read(.networks, into: &settings.networks)
    try values.read(.real, into: &settings.real)
    settings.check = try values.decodeIfPresent(Int.self, forKey: .check)
  }

  /// The settings that an entry of the journal was made with.
  init(of content: RefineContent) {
    self.init(refinement: content.refinement, selection: content.selection)
    seed = content.seed
    let record = content.allSettings
    // What is no whole number becomes -1, which `check` refuses.
    func whole(_ key: String, _ standard: Int) -> Int {
      record[key].map { Int(exactly: $0) ?? -1 } ?? standard
    }
    settings.steps = whole("steps", settings.steps)
    settings.rate = Float(record["rate"] ?? Double(settings.rate))
    settings.proximity = Float(record["proximity"] ?? Double(settings.proximity))
    settings.prior = Float(record["prior"] ?? Double(settings.prior))
    settings.radius = Float(record["radius"] ?? Double(settings.radius))
    settings.width = whole("width", settings.width)
    settings.networks = whole("networks", settings.networks)
    settings.real = whole("real", settings.real)
    settings.check = whole("check", 0)
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var refinement: String
    /// The selection made.
    public var selection: String
    public var members: Int
    /// Candidates refined now.
    public var refined: Int
    public var accepted: Int
    /// Reasons of those refined now that were not accepted.
    public var rejected: [String: Int]
    /// Of the whole set, on held-out training images: see `Outcome`.
    public var setLossBefore: Double?
    public var setLossAfter: Double?
    /// Means over those refined now, under the judge.
    public var judgeLossBefore: Double?
    public var judgeLossAfter: Double?
    public var seconds: Double
  }

  /// - Throws: `PoolError`; `Interrupted`, with the pool as it was and the checkpoint kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    try check()
    context.begin("refine \(refinement)")
    let pool = context.pool
    let set = try RefinementSet(refinement, of: selection, in: pool)
    let made = made(of: set.base)
    let isMade = try isMade(made, pool)
    let networks = try RefinementNetworks(pool)
    let record = settingsRecord(set.base.formation, flips: set.real.flips)
    try checkSettings(record, networks, pool)

    var outcomes: [Outcome] = []
    let missing = try set.missing()
    if !missing.isEmpty {
      let checkpoint = try set.checkpoint(by: self, networks)
      // The time left is reckoned from the first step that is told.
      if !checkpoint.exists { try context.step(0, of: settings.steps) }
      let refined = try set.refined(
        by: self, networks, checkpoint: checkpoint.training, pause: context.pause
      ) { try context.step($0, of: settings.steps) }
      for label in Set(missing.map { set.newcomers[$0].class }).sorted() {
        let places = missing.filter { set.newcomers[$0].class == label }
        try append(refined.rows(places), label, record, networks, pool)
      }
      checkpoint.remove()
      outcomes = missing.map { refined.outcomes[$0] }
    }
    try context.step(settings.steps, of: settings.steps)
    if !isMade { try pool.append(Draft(.select(made), arguments: [:], tensors: [])) }
    return report(set.base, outcomes, seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// Refuses numbers and names that cannot be, before anything is read.
  func check() throws {
    try checkName(name, of: "selection")
    try checkName(refinement, of: "refinement")
    guard (1...10_000).contains(settings.steps), (1...1024).contains(settings.width),
      (1...64).contains(settings.networks), (10...100_000).contains(settings.real),
      settings.check.map((0...10_000).contains) ?? true,
      settings.networks * settings.width <= 8192, settings.rate > 0, settings.radius > 0,
      [settings.rate, settings.radius, settings.prior, settings.proximity].allSatisfy({
        (0...1e6).contains($0)
      })
    else {
      throw PoolError(
        .usage,
        "A refinement needs 1 to 10,000 steps, 1 to 64 networks of a width of 1 to 1024, of 8192 "
          + "together, 10 to 100,000 real images of a class, 0 to 10,000 steps from check to check, a "
          + "rate and a radius above 0, and weights of 0 to 1,000,000.",
        remedy: "psrdb refine \(shellWord(selection)) --name \(shellWord(refinement))")
    }
  }

  /// As it is typed, but for the names.
  private var command: String {
    let standard = Refiner.Settings()
    var words = ["psrdb refine \(shellWord(selection))"]
    if settings.steps != standard.steps { words.append("--steps \(settings.steps)") }
    if settings.networks != standard.networks { words.append("--networks \(settings.networks)") }
    return words.joined(separator: " ")
  }

  private func settingsRecord(_ formation: Formation, flips: Bool) -> [String: Double] {
    var record = [
      "steps": Double(settings.steps), "rate": Double(settings.rate),
      "proximity": Double(settings.proximity), "prior": Double(settings.prior),
      "radius": Double(settings.radius), "width": Double(settings.width),
      "flips": flips ? 1 : 0,
    ]
    // Left out where they change nothing, so that refinements of before they were there go on.
    if settings.networks > 1 { record["networks"] = Double(settings.networks) }
    if settings.real != 500 { record["real"] = Double(settings.real) }
    let check = settings.check(formation)
    if check > 0 { record["check"] = Double(check) }
    if formation.factor > 1 { record["factor"] = Double(formation.factor) }
    return record
  }

  /// A name stands for one way of refining.
  private func checkSettings(
    _ record: [String: Double], _ networks: RefinementNetworks, _ pool: Pool
  ) throws {
    for entry in try pool.entries(.refine) {
      guard case .refine(let content) = entry.content, content.refinement == refinement else {
        continue
      }
      // All of them: a merge may have brought some of that name that were made otherwise.
      if content.settings == record && content.seed == seed
        && content.teacher == networks.teacher.digest && content.judge == networks.judge.digest
        && content.prior == networks.prior.digest
        && content.autoencoder == networks.autoencoder.digest
      {
        continue
      }
      throw PoolError(
        .usage,
        "The refinement '\(refinement)' was made with other settings or models (entry "
          + "\(entry.sequence)).",
        remedy: "Nothing is overwritten: \(command) --name " + shellWord(refinement + "-2"))
    }
  }

  private func append(
    _ rows: RefinedRows, _ label: Int, _ record: [String: Double],
    _ networks: RefinementNetworks, _ pool: Pool
  ) throws {
    let content = RefineContent(
      refinement: refinement, selection: selection, class: label, seed: seed,
      teacher: networks.teacher.digest, judge: networks.judge.digest,
      prior: networks.prior.digest, autoencoder: networks.autoencoder.digest,
      settings: record, verdicts: rows.outcomes.map(\.verdict.rawValue),
      columns: RefineContent.allColumns)
    try pool.append(Draft(.refine(content), arguments: [:], tensors: rows.tensors(class: label)))
  }

  /// The selection of what is accepted.
  private func made(of base: SelectionReader) -> SelectContent {
    SelectContent(
      selection: name, ranking: nil, counts: base.counts, base: selection,
      refinement: refinement, factor: base.formation.factor)
  }

  /// Whether the pool has it already.
  /// - Throws: `PoolError` with code `usage` where another has its name.
  private func isMade(_ made: SelectContent, _ pool: Pool) throws -> Bool {
    guard let sequence = try selectionEntry(name, in: pool) else { return false }
    if case .select(let known) = try pool.entry(sequence).content, known == made { return true }
    throw PoolError(
      .usage, "The name '\(name)' is taken by another selection.",
      remedy: "\(command) --refinement \(shellWord(refinement)) --name " + shellWord(name + "-2"))
  }

  private func report(
    _ base: SelectionReader, _ outcomes: [Outcome], seconds: Double
  ) -> Report {
    var rejected: [String: Int] = [:]
    for outcome in outcomes where outcome.verdict != .accepted {
      rejected[outcome.verdict.rawValue, default: 0] += 1
    }
    func mean(_ path: KeyPath<Outcome, Float>) -> Double? {
      let sum = outcomes.reduce(0.0) { $0 + Double($1[keyPath: path]) }
      return outcomes.isEmpty || !sum.isFinite ? nil : sum / Double(outcomes.count)
    }
    return Report(
      refinement: refinement, selection: name, members: base.members.count,
      refined: outcomes.count, accepted: outcomes.count { $0.verdict == .accepted },
      rejected: rejected, setLossBefore: mean(\.setLossBefore),
      setLossAfter: mean(\.setLossAfter), judgeLossBefore: mean(\.judgeLossBefore),
      judgeLossAfter: mean(\.judgeLossAfter), seconds: seconds)
  }
}

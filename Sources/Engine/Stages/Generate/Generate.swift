public import Engine
import Foundation
import Store

/// Samples candidates of every class from the prior, until each class has `perClass`.
///
/// A candidate's noise is a function of (seed, class, index) alone and it always stands at the
/// same place of a block, so it is the same bits in whatever order, batch or shard it is made.
public struct Generate: Decodable, Equatable, Sendable {
  public var generation = "base"
  public var perClass: Int
  public var seed: UInt64 = 0
  /// Of the sampler. Not tuned.
  public var steps = 20
  /// Scale of classifier-free guidance; 1 asks for the class alone. The default is the least of
  /// three that the judge agreed with on 90 % (docs/EXPERIMENTS.md).
  public var guidance = 1.25
  public var sampler = Sampler.dpmSolver
  /// "i/n": only the blocks whose turn it is for part i (1...n) of n.
  public var shard: String?

  /// The most candidates of a class.
  static let most = 10_000_000

  public init(perClass: Int) { self.perClass = perClass }

  /// Asks for more candidates as those of an entry of the journal.
  init(of content: GenerateContent, perClass: Int) {
    self.perClass = perClass
    (generation, seed, steps) = (content.generation, content.seed, content.steps)
    guidance = content.guidance
    sampler = Sampler(rawValue: content.sampler) ?? sampler
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case generation, seed, steps, guidance, sampler, shard
    case perClass = "per_class"
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    perClass = try values.decode(Int.self, forKey: .perClass)
    try values.read(.generation, into: &generation)
    try values.read(.seed, into: &seed)
    try values.read(.steps, into: &steps)
    try values.read(.guidance, into: &guidance)
    try values.read(.sampler, into: &sampler)
    shard = try values.decodeIfPresent(String.self, forKey: .shard)
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var generation: String
    public var plan: String
    public var classes: Int
    /// Candidates made now, and those the pool has of this plan.
    public var made: Int
    public var candidates: Int
    public var seconds: Double
  }

  /// - Throws: `PoolError`; `Interrupted`, with every finished block kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    try check()
    context.begin("generate")
    let pool = context.pool
    let models = Models(pool)
    let prior = try models.prior()
    let autoencoder = try models.autoencoder()
    if let learnt = prior.notes["autoencoder_sha256"], learnt != autoencoder.digest {
      throw PoolError(
        .usage,
        "The prior learnt the latents of autoencoder \(learnt.prefix(12)), and the pool's newest is "
          + "\(autoencoder.digest.prefix(12)).",
        remedy: "Import that one, or train a prior anew: psrdb train prior --dataset "
          + "\(prior.notes["dataset"] ?? "NAME") --output prior.safetensors")
    }
    let content = GenerateContent(
      generation: generation, plan: "", class: 0, first: 0, seed: seed, prior: prior.digest,
      autoencoder: autoencoder.digest, sampler: sampler.rawValue, steps: steps,
      guidance: guidance)
    let plan = Generate.plan(of: content)
    try Generate.requireName(
      generation, of: plan, option: "\(command) --name", in: pool)
    let classes = prior.network.configuration.classes
    let pieces = try missing(plan: plan, classes: classes, pool)
    let candidateMaker = try CandidateMaker(prior.network, autoencoder.network, content)
    var made = 0
    let total = pieces.reduce(0) { $0 + $1.range.count }
    try context.step(0, of: max(total, 1))
    for piece in pieces {
      let tensors = try candidateMaker.tensors(class: piece.label, piece.range) {
        try context.step(made, of: total, note: "class \(piece.label)")
      }
      var entry = content
      entry.plan = plan
      entry.class = piece.label
      entry.first = piece.range.lowerBound
      try pool.append(
        Draft(
          .generate(entry), arguments: ["per_class": String(perClass), "shard": shard ?? ""],
          tensors: tensors))
      made += piece.range.count
      try context.step(made, of: total, note: "class \(piece.label)")
    }
    let count = try pool.query(
      "SELECT count(*) FROM candidates WHERE plan = ?", [.text(plan)]
    ).rows.first?.first?.int
    return Report(
      generation: generation, plan: plan, classes: classes, made: made, candidates: count ?? 0,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// As it is typed, but for the name.
  var command: String {
    let standard = Generate(perClass: perClass)
    var words = ["psrdb generate --per-class \(perClass)"]
    if seed != standard.seed { words.append("--seed \(seed)") }
    if steps != standard.steps { words.append("--steps \(steps)") }
    if guidance != standard.guidance { words.append("--guidance \(guidance)") }
    if sampler != standard.sampler { words.append("--sampler \(sampler.rawValue)") }
    if let shard { words.append("--shard \(shard)") }
    return words.joined(separator: " ")
  }

  /// Refuses a second name for candidates that the pool has, and a name that others have: it stands
  /// for one way of making them.
  /// - Parameter option: what gives a generation its name.
  static func requireName(
    _ generation: String, of plan: String, option: String, in pool: Pool
  ) throws {
    let named = try pool.query(
      "SELECT generation, plan FROM generations WHERE plan = ?1 OR generation = ?2 "
        + "ORDER BY plan <> ?1 LIMIT 1", [.text(plan), .text(generation)])
    guard let row = named.rows.first, let name = row[0].string, let known = row[1].string,
      (name, known) != (generation, plan)
    else { return }
    throw known == plan
      ? PoolError(
        .usage, "The pool has these candidates as generation '\(name)', not '\(generation)'.",
        remedy: "Ask for them by that name: \(option) \(shellWord(name))")
      : PoolError(
        .usage, "The generation '\(generation)' was made with another seed, settings or models.",
        remedy:
          "Make these in another pool (--pool), or give them a name of their own, in a recipe "
          + "generation: NAME, else: \(option) " + shellWord(generation + "-2"))
  }

  /// Refuses numbers and names that cannot be, before anything is read.
  func check() throws {
    try checkName(generation, of: "generation")
    guard (1...Self.most).contains(perClass), (1...1000).contains(steps), guidance.isFinite,
      (0...100).contains(guidance)
    else {
      throw PoolError(
        .usage,
        "Generating makes 1 to 10,000,000 candidates a class, in 1 to 1000 steps, with a guidance of 0 "
          + "to 100.",
        remedy: "psrdb generate --per-class 100 --steps 20 --guidance 1.25")
    }
    try checkSeed(seed, remedy: "psrdb generate --per-class \(perClass) --seed 1")
    _ = try part()
  }

  /// Which of how many parts is asked for, counted from 0.
  private func part() throws -> (index: Int, count: Int) {
    guard let shard else { return (0, 1) }
    guard let part = Part(shard) else {
      throw PoolError(
        .usage, "'\(shard)' is no shard.", remedy: "Part 2 of 8 is --shard 2/8.")
    }
    return (part.number - 1, part.count)
  }

  /// The first 8 hex digits of a digest over everything that determines candidates.
  static func plan(of c: GenerateContent) -> String {
    let words = [
      "\(c.seed)", c.prior, c.autoencoder, c.sampler, "\(c.steps)", "\(c.guidance)",
    ]
    return String(SHA256.hex(of: words.joined(separator: "\n")).prefix(8))
  }

  struct Piece: Equatable {
    var label: Int
    var range: Range<Int>
  }

  /// What the pool lacks of this plan and part, in blocks.
  private func missing(plan: String, classes: Int, _ pool: Pool) throws -> [Piece] {
    let part = try part()
    let known = try pool.query(
      "SELECT class, first, candidates FROM generations WHERE plan = ? ORDER BY class, first",
      [.text(plan)])
    var lacking = [IndexSet](repeating: IndexSet(integersIn: 0..<perClass), count: classes)
    for row in known.rows {
      guard let label = row[0].int, lacking.indices.contains(label), let first = row[1].int,
        let n = row[2].int, (0..<perClass).contains(first),
        (1...Item.maximumRow + 1).contains(n)
      else { continue }
      lacking[label].remove(integersIn: first..<first + n)
    }
    return pieces(lacking, part: part)
  }

  /// Blocks that one part of several makes, as far as they lack: classes' blocks are dealt out in turn.
  func pieces(_ lacking: [IndexSet], part: (index: Int, count: Int)) -> [Piece] {
    var pieces: [Piece] = []
    let blocks = (perClass + Blocks.size - 1) / Blocks.size
    for (label, lacking) in lacking.enumerated() {
      for range in lacking.rangeView {
        var first = range.lowerBound
        while first < range.upperBound {
          let block = first / Blocks.size
          let end = min(range.upperBound, (block + 1) * Blocks.size)
          if (label * blocks + block) % part.count == part.index {
            pieces.append(Piece(label: label, range: first..<end))
          }
          first = end
        }
      }
    }
    return pieces
  }
}

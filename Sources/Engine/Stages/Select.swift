import Engine
import Foundation
public import Store

/// Takes IPC images of every class: a named cut of a ranking. The ranking is found in the pool if
/// it was computed before, extended if it is too short, and computed where there is none.
public struct Select: Codable, Equatable, Sendable {
  /// The selection's name.
  public var selection: String
  /// One of the engine's strategies.
  public var strategy = "psr"
  /// Images per class.
  public var ipc: Int
  /// Whether candidates or real training images are chosen from.
  public var source = Source.pool
  /// The scoring whose features and scores decide.
  public var scoring = "base"
  /// The strategy's parameters; those not given have its standard values.
  public var parameters: [String: Double] = [:]
  /// An SQL expression over `version_scores` (or `image_scores`) that cuts the slice chosen from.
  public var slice = ""
  /// Of the strategies that draw random numbers.
  public var seed: UInt64 = 0

  public init(selection: String, ipc: Int) {
    self.selection = selection
    self.ipc = ipc
  }

  enum CodingKeys: String, CodingKey {
    case selection, strategy, ipc, source, scoring, parameters, seed
    case slice = "where"
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    selection = try values.decode(String.self, forKey: .selection)
    ipc = try values.decode(Int.self, forKey: .ipc)
    strategy = try values.decodeIfPresent(String.self, forKey: .strategy) ?? strategy
    source = try values.decodeIfPresent(Source.self, forKey: .source) ?? source
    scoring = try values.decodeIfPresent(String.self, forKey: .scoring) ?? scoring
    parameters =
      try values.decodeIfPresent([String: Double].self, forKey: .parameters) ?? parameters
    slice = try values.decodeIfPresent(String.self, forKey: .slice) ?? slice
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
  }

  public struct Report: Codable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var source: String
    public var ipc: Int
    public var classes: Int
    public var members: Int
    /// The share of the best possible objective that the classes' picks are sure to reach; nil
    /// where the strategy gives no certificate.
    public var certificateMin: Double?
    public var certificateMean: Double?
    /// Members that did not pass the gate and only fill up their class.
    public var flagged: Int
    /// The journal entry of the ranking.
    public var ranking: Int64
    /// Whether the ranking was there already.
    public var reused: Bool
    public var seconds: Double
  }

  /// - Throws: `PoolError`: `usage` for a strategy, parameter or name that cannot be, or an IPC
  ///   larger than the classes; `notFound` for what is not scored yet.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    let pool = context.pool
    guard ipc > 0 else {
      throw PoolError(
        .usage, "An IPC of \(ipc) selects nothing.", remedy: "Ask for --ipc 1 or more.")
    }
    let order: any Strategy
    do {
      order = try Strategies.make(strategy, parameters, seed: seed)
    } catch let error {
      throw PoolError(
        .usage, "The selection cannot be made: \(error)",
        remedy: "psrdb select --help lists the strategies.")
    }
    let slicing = CandidateSlice(
      source: source, scoring: scoring, condition: slice,
      needsScores: !CandidateSlice.scoreless.contains(strategy))
    let classes = try slicing.classes(in: pool)
    try check(classes, slicing, pool)
    let key = try rankingKey(type(of: order).parameters, classes, slicing, pool)

    context.begin("select")
    let known = try StoredRanking.find(key: key, in: pool)
    let reused = (known?.content.length ?? 0) >= ipc
    let stored =
      if let known, reused { known } else {
        try rank(order, classes, slicing, key: key, known: known, context)
      }
    try context.step(classes.count, of: classes.count)
    try cut(stored, classes: classes.count, pool)

    let cuts = try stored.rankings(classes, in: pool).map { $0.prefix(ipc) }
    let certificates = cuts.compactMap { $0.certificate(ipc) }.map(Double.init)
    return Report(
      selection: selection, strategy: strategy, source: source.rawValue, ipc: ipc,
      classes: classes.count, members: cuts.reduce(0) { $0 + $1.picks.count },
      certificateMin: certificates.min(),
      certificateMean: certificates.isEmpty
        ? nil : certificates.reduce(0, +) / Double(certificates.count),
      flagged: cuts.reduce(0) { $0 + $1.backfilled.count(where: \.self) },
      ranking: stored.entry.sequence, reused: reused,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  private func check(
    _ classes: [CandidateSlice.Members], _ slicing: CandidateSlice, _ pool: Pool
  ) throws {
    guard let smallest = classes.min(by: { $0.rows.count < $1.rows.count }) else {
      throw try slicing.emptiness(in: pool)
    }
    guard smallest.rows.count >= ipc else {
      let noun = source == .pool ? "candidates" : "real images"
      let cut = slice.isEmpty ? "" : " where \(slice)"
      throw PoolError(
        .usage,
        "IPC \(ipc) is more than there is: class \(smallest.label) has \(smallest.rows.count) "
          + "\(noun)\(cut).",
        remedy: source == .pool && slice.isEmpty
          ? "psrdb generate --per-class \(ipc) && psrdb score"
          : "Ask for --ipc \(smallest.rows.count) or less.")
    }
  }

  private func rankingKey(
    _ known: [StrategyParameter], _ classes: [CandidateSlice.Members], _ slicing: CandidateSlice,
    _ pool: Pool
  ) throws -> String {
    var settings = Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0.standard) })
    settings.merge(parameters) { $1 }
    let words =
      ["ranking 1", strategy, "\(seed)", source.rawValue, scoring, slice]
      + settings.keys.sorted().map { "\($0)=\(settings[$0] ?? 0)" }
    let state = try slicing.fingerprint(classes, in: pool)
    return SHA256.hex(of: (words + state).joined(separator: "\n"))
  }

  private func rank(
    _ order: any Strategy, _ classes: [CandidateSlice.Members], _ slicing: CandidateSlice,
    key: String, known: StoredRanking?, _ context: Context
  ) throws -> StoredRanking {
    let pool = context.pool
    let before = try known?.rankings(classes, in: pool)
    let features = try FeatureReader(slicing, pool)
    var rankings: [Ranking] = []
    for (number, members) in classes.enumerated() {
      try context.step(number, of: classes.count, note: "ranking")
      do {
        let candidates = try features.candidates(members)
        rankings.append(try order.rank(candidates, count: ipc, extending: before?[number]))
      } catch let error as SelectionError {
        throw PoolError(
          .failure, "Class \(members.label) could not be ranked: \(error).",
          remedy: "psrdb score")
      }
    }
    let content = RankContent(
      key: key, strategy: strategy, parameters: parameters, source: source, scoring: scoring,
      slice: slice, terms: order.terms, length: ipc)
    return try StoredRanking.append(content, rankings, classes, seed: seed, to: pool)
  }

  /// Names the cut, unless that name has it already.
  private func cut(_ stored: StoredRanking, classes: Int, _ pool: Pool) throws {
    let counts = Array(repeating: ipc, count: classes)
    let existing = try pool.query(
      "SELECT entry FROM selections WHERE selection = ?", [.text(selection)])
    if let sequence = existing.rows.first?.first?.int,
      case .select(let content) = try pool.entry(Int64(sequence)).content
    {
      if content.counts == counts, let ranking = content.ranking,
        case .rank(let rank) = try pool.entry(ranking).content, rank.key == stored.content.key
      {
        return
      }
      throw PoolError(
        .usage,
        "The pool has a selection '\(selection)' already, made otherwise (entry \(sequence)).",
        remedy:
          "Selections are never overwritten: give another --name, or psrdb explain \(selection)")
    }
    try pool.append(
      Draft(
        .select(
          SelectContent(selection: selection, ranking: stored.entry.sequence, counts: counts)),
        arguments: ["ipc": "\(ipc)"]))
  }
}

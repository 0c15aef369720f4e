import Engine
import Foundation
import Store

extension Select {
  /// - Throws: `PoolError`: `usage` for a strategy, parameter or name that cannot be, or an IPC
  ///   larger than the classes; `notFound` for what is not scored yet.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    let pool = context.pool
    try check()
    let plan = try RankingPlan(self, in: pool)
    try checkFactor(pool)
    let existing = try self.existing(key: plan.key, in: pool)
    context.begin("select")
    let known = try StoredRanking.find(key: plan.key, in: pool)
    let reused = (known?.content.length ?? 0) >= plan.length
    let stored =
      if let known, reused { known } else {
        try RankSlice(stage: self, plan: plan, known: known).run(context)
      }
    let labels = stored.labels
    let rankings = try labels.map { try stored.gains($0, in: pool) }
    let counts = try counts(rankings, labels, plan, pool)
    try context.step(labels.count, of: labels.count)
    try cut(stored, counts, labels, existing, pool)

    let cuts = zip(rankings, counts).map { $0.prefix($1) }
    let certificates = Certificates(
      zip(cuts, counts).filter { $1 > 0 }.map { $0.certificate($1).map(Double.init) })
    return Report(
      selection: selection, strategy: strategy, source: source.rawValue,
      slice: stored.content.slice, ipc: ipc, factor: factor, classes: labels.count,
      missingClasses: try missing(labels, pool), members: counts.reduce(0, +),
      classMin: counts.min() ?? 0, classMax: counts.max() ?? 0,
      nested: isNested(plan.strategy),
      certificateMin: certificates.least, certificateMean: certificates.mean,
      flagged: cuts.reduce(0) { $0 + $1.backfilled.count(where: \.self) },
      ranking: stored.entry.sequence, reused: reused,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// Refuses names, numbers, strategies and parameters that cannot be, before anything is read.
  func check() throws {
    try checkName(selection, of: "selection")
    _ = try RankingPlan.strategy(self)
  }

  private func missing(_ labels: [Int], _ pool: Pool) throws -> [String] {
    guard classes.isEmpty, let data = try pool.splits().first?.content else { return [] }
    return data.classes.indices.filter { data.counts[$0] > 0 && !labels.contains($0) }
      .map { data.classes[$0] }
  }

  /// Members of each class.
  private func counts(
    _ rankings: [Ranking], _ labels: [Int], _ plan: RankingPlan, _ pool: Pool
  ) throws -> [Int] {
    if allocation == .adaptive {
      do {
        return try Allocation.adaptive(
          rankings, total: ipc * rankings.count, least: limits.least, most: limits.most)
      } catch {
        throw PoolError(
          .usage, "The images cannot be divided: \(error).",
          remedy: "Ask for another --ipc, --min or --max, or psrdb generate more.")
      }
    }
    for (ranking, label) in zip(rankings, labels) where ranking.picks.count < picks {
      throw try plan.slice.tooFew(
        ranking.picks.count, of: label, for: picks, cells: cells, in: pool)
    }
    return Array(repeating: picks, count: rankings.count)
  }

  /// - Throws: `PoolError`: `usage` where cells do not fill the images.
  private func checkFactor(_ pool: Pool) throws {
    guard factor > 1 else { return }
    let (table, tensor) = source == .pool ? ("versions", "image") : ("images", "images")
    let first = try pool.query("SELECT entry FROM \(table) LIMIT 1")
    guard let sequence = first.rows.first?.first?.int,
      let images = try pool.entry(Int64(sequence)).tensors.first(where: { $0.name == tensor })
    else { return }
    try Formation(factor: factor).requireFit(Array(images.shape.dropFirst()))
  }

  /// The selection that has the name already, if it is a cut of this ranking.
  /// - Throws: `PoolError` with code `usage` where it is anything else.
  private func existing(key: String, in pool: Pool) throws -> SelectContent? {
    guard let sequence = try selectionEntry(selection, in: pool) else { return nil }
    if case .select(let content) = try pool.entry(sequence).content,
      let ranking = content.ranking, case .rank(let rank) = try pool.entry(ranking).content,
      rank.key == key, (content.factor ?? 1) == factor,
      allocation == .adaptive || content.counts.allSatisfy({ $0 == 0 || $0 == picks })
    {
      return content
    }
    throw madeOtherwise(sequence)
  }

  private func madeOtherwise(_ sequence: Int64? = nil) -> PoolError {
    let entry = sequence.map { " (entry \($0))" } ?? ""
    return PoolError(
      .usage,
      "The pool has a selection '\(selection)' already, made otherwise or of what it held before"
        + "\(entry).",
      remedy: "Selections are never overwritten: give another --name, or psrdb explain "
        + shellWord(selection)
    )
  }

  /// Names the cut, unless that name has it already.
  private func cut(
    _ stored: StoredRanking, _ counts: [Int], _ labels: [Int], _ existing: SelectContent?,
    _ pool: Pool
  ) throws {
    var byClass = Array(repeating: 0, count: (labels.last ?? -1) + 1)
    for (label, count) in zip(labels, counts) { byClass[label] = count }
    if let existing {
      guard existing.counts == byClass else { throw madeOtherwise() }
      return
    }
    var arguments = ["ipc": "\(ipc)"]
    if allocation == .adaptive {
      arguments["allocation"] = "adaptive \(limits.least)...\(limits.most)"
    }
    if budgetAware { arguments["budget_aware"] = "true" }
    try pool.append(
      Draft(
        .select(
          SelectContent(
            selection: selection, ranking: stored.entry.sequence, counts: byClass,
            factor: factor)),
        arguments: arguments))
  }
}

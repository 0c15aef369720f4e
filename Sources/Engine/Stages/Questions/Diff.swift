import Engine
public import Store

/// `diff`: what selection B holds that A does not, and the other way round.
public struct Diff: Equatable, Sendable {
  public var from: String
  public var to: String

  public init(from: String, to: String) {
    self.from = from
    self.to = to
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var from: String
    public var to: String
    public var kept: Int
    /// The same candidates in other versions.
    public var changed: Int
    public var removed: Int
    public var added: Int
    public var classes: [ClassDiff]

    /// Whether the two hold the same versions.
    public var isEmpty: Bool { changed == 0 && removed == 0 && added == 0 }
  }

  public struct ClassDiff: Encodable, Equatable, Sendable {
    public var `class`: Int
    /// Sums of the picks' gains; nil where the strategy has none, and where the two selections are
    /// not by one strategy with one set of parameters, or refined since.
    public var fromObjective: Double?
    public var toObjective: Double?
    /// What the picks cover of the class, as `explain` says; nil where one is not scored.
    public var fromCoverage: Double?
    public var toCoverage: Double?
    public var kept: [String]
    public var changed: [String]
    public var removed: [String]
    public var added: [String]
  }

  /// - Throws: `PoolError` with code `notFound` for an unknown selection.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try requireSelection(from, in: pool, asOf: asOf)
    try requireSelection(to, in: pool, asOf: asOf)
    let before = try members(from, pool, asOf)
    let after = try members(to, pool, asOf)
    let reasons = try (self.reasons(from, pool, asOf), self.reasons(to, pool, asOf))
    let isComparable = try isComparable(pool, asOf)
    var classes: [ClassDiff] = []
    for label in Set(before.keys).union(after.keys).sorted() {
      let a = before[label] ?? []
      let b = after[label] ?? []
      let old = Dictionary(a.map { ($0.candidate, $0.id) }) { first, _ in first }
      let new = Set(b.map(\.candidate))
      classes.append(
        ClassDiff(
          class: label, fromObjective: isComparable ? objective(a) : nil,
          toObjective: isComparable ? objective(b) : nil,
          fromCoverage: try coverage(a, label, reasons.0),
          toCoverage: try coverage(b, label, reasons.1),
          kept: b.filter { old[$0.candidate] == $0.id }.map(\.id),
          changed: b.filter { old[$0.candidate].map { [id = $0.id] in $0 != id } ?? false }.map(
            \.id),
          removed: a.filter { !new.contains($0.candidate) }.map(\.id),
          added: b.filter { old[$0.candidate] == nil }.map(\.id)))
    }
    return Report(
      from: from, to: to, kept: classes.reduce(0) { $0 + $1.kept.count },
      changed: classes.reduce(0) { $0 + $1.changed.count },
      removed: classes.reduce(0) { $0 + $1.removed.count },
      added: classes.reduce(0) { $0 + $1.added.count }, classes: classes)
  }

  private struct Member {
    var candidate: String
    var id: String
    var gain: Double?
    var place: CandidateSlice.Place
  }

  private func isComparable(_ pool: Pool, _ asOf: Int64?) throws -> Bool {
    let refined = try pool.query(
      "SELECT 1 FROM selections WHERE selection IN (?, ?) AND refinement IS NOT NULL",
      [.text(from), .text(to)], asOf: asOf)
    guard refined.rows.isEmpty, let a = try ranking(of: from, in: pool, asOf: asOf)?.content,
      let b = try ranking(of: to, in: pool, asOf: asOf)?.content
    else { return false }
    return a.strategy == b.strategy && a.parameters == b.parameters
  }

  private func objective(_ members: [Member]) -> Double? {
    let gains = members.compactMap(\.gain)
    return gains.isEmpty || gains.count < members.count ? nil : gains.reduce(0, +)
  }

  private func coverage(_ members: [Member], _ label: Int, _ reasons: Reasons) throws -> Double? {
    // One of the two may have nothing of a class.
    if members.isEmpty { return nil }
    return try reasons.explain(members.map(\.place), label: label)?.last.map { Double($0.coverage) }
  }

  private func reasons(_ selection: String, _ pool: Pool, _ asOf: Int64?) throws -> Reasons {
    let scoring = try pool.query(
      "SELECT scoring FROM selections WHERE selection = ?", [.text(selection)], asOf: asOf)
    return try Reasons(pool, scoring: scoring.rows.first?.first?.string ?? "", asOf: asOf)
  }

  private func members(
    _ selection: String, _ pool: Pool, _ asOf: Int64?
  ) throws -> [Int: [Member]] {
    let table = try pool.query(
      """
      SELECT class, coalesce(candidate, id), id, gain, entry, row FROM members
      WHERE selection = ?
      ORDER BY class, rank
      """, [.text(selection)], asOf: asOf)
    return Dictionary(grouping: table.rows) { $0[0].int ?? 0 }
      .mapValues { rows in
        rows.map { row in
          Member(
            candidate: row[1].string ?? "", id: row[2].string ?? "",
            gain: row[3].double,
            place: CandidateSlice.Place(entry: Int64(row[4].int ?? 0), row: row[5].int ?? 0))
        }
      }
  }
}

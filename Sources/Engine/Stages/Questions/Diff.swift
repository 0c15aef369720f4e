public import Store

/// `diff`: what selection B holds that A does not, and the other way round.
public struct Diff: Equatable, Sendable {
  public var from: String
  public var to: String

  public init(from: String, to: String) {
    self.from = from
    self.to = to
  }

  public struct Report: Codable, Equatable, Sendable {
    public var from: String
    public var to: String
    public var kept: Int
    /// The same candidates in other versions.
    public var changed: Int
    public var dropped: Int
    public var added: Int
    public var classes: [ClassDiff]

    /// Whether the two hold the same versions.
    public var isEmpty: Bool { changed == 0 && dropped == 0 && added == 0 }
  }

  public struct ClassDiff: Codable, Equatable, Sendable {
    public var `class`: Int
    public var kept: [String]
    public var changed: [String]
    public var dropped: [String]
    public var added: [String]
  }

  /// - Throws: `PoolError` with code `notFound` for an unknown selection.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try requireSelection(from, in: pool, asOf: asOf)
    try requireSelection(to, in: pool, asOf: asOf)
    let before = try members(from, pool, asOf)
    let after = try members(to, pool, asOf)
    var classes: [ClassDiff] = []
    for label in Set(before.keys).union(after.keys).sorted() {
      let a = before[label] ?? []
      let b = after[label] ?? []
      let old = Dictionary(a.map { ($0.candidate, $0.id) }) { first, _ in first }
      let new = Set(b.map(\.candidate))
      classes.append(
        ClassDiff(
          class: label, kept: b.filter { old[$0.candidate] == $0.id }.map(\.id),
          changed: b.filter { old[$0.candidate].map { [id = $0.id] in $0 != id } ?? false }.map(
            \.id),
          dropped: a.filter { !new.contains($0.candidate) }.map(\.id),
          added: b.filter { old[$0.candidate] == nil }.map(\.id)))
    }
    return Report(
      from: from, to: to, kept: classes.reduce(0) { $0 + $1.kept.count },
      changed: classes.reduce(0) { $0 + $1.changed.count },
      dropped: classes.reduce(0) { $0 + $1.dropped.count },
      added: classes.reduce(0) { $0 + $1.added.count }, classes: classes)
  }

  private struct Member {
    var candidate: String
    var id: String
  }

  private func members(
    _ selection: String, _ pool: Pool, _ asOf: Int64?
  ) throws -> [Int: [Member]] {
    let table = try pool.query(
      """
      SELECT class, coalesce(candidate, id), id FROM members WHERE selection = ?
      ORDER BY class, rank
      """, [.text(selection)], asOf: asOf)
    return Dictionary(grouping: table.rows) { $0[0].int ?? 0 }
      .mapValues { $0.map { Member(candidate: $0[1].string ?? "", id: $0[2].string ?? "") } }
  }
}

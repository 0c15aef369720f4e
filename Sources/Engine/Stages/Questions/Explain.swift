import Engine
import Foundation
public import Store

/// `explain`: why a selection's members were picked, and how near to the best possible it is.
public struct Explain: Equatable, Sendable {
  public var selection: String
  /// Only this version, candidate or image.
  public var id: String?

  public init(_ selection: String, id: String? = nil) {
    self.selection = selection
    self.id = id
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var parameters: [String: Double]
    public var source: String
    public var scoring: String
    public var slice: String
    public var ipc: Int
    /// An image holds factor × factor members.
    public var factor: Int
    /// The selection refined to make this one, and the refinement.
    public var base: String?
    public var refinement: String?
    /// Names of each pick's gains.
    public var terms: [String]
    /// Of the classes; nil where one has none.
    public var certificateMin: Double?
    public var certificateMean: Double?
    public var classes: [ClassPicks]
  }

  public struct ClassPicks: Encodable, Equatable, Sendable {
    public var `class`: Int
    public var className: String?
    /// The sum of the picks' gains; with them nil for a refined selection: they are of what it
    /// refines.
    public var objective: Double?
    /// The share of the best possible objective they are sure to reach.
    public var certificate: Double?
    /// The mean over targets of the greatest similarity (1 + cos)/2 with a pick. Targets are the
    /// class's real training images, or where none are scored the candidates that pass the gate.
    /// Nil where a pick is not scored.
    public var coverage: Double?
    public var picks: [Pick]
  }

  public struct Pick: Encodable, Equatable, Sendable {
    public var rank: Int
    public var id: String
    public var gain: Double?
    /// Of each of the report's `terms`.
    public var gains: [Double]
    /// It did not pass the gate, or repeats another, and only fills up the class.
    public var flagged: Bool
    /// How many targets it is more similar to than every pick before it.
    public var newlyCovered: Int?
    /// How many targets are more similar to it than to any other pick.
    public var serves: Int?
    /// The class's coverage with the picks up to this one.
    public var coverage: Double?
    /// The pick most similar to it, and the cosine of their features.
    public var nearest: String?
    public var nearestCosine: Double?
  }

  /// - Throws: `PoolError` with code `notFound` for an unknown selection or id.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try requireSelection(selection, in: pool, asOf: asOf)
    let head = try pool.query(
      """
      SELECT strategy, source, scoring, ipc, base, refinement, ranking, factor FROM selections
      WHERE selection = ?
      """, [.text(selection)], asOf: asOf)
    guard let row = head.rows.first else {
      throw PoolError(.damage, "The index of \(pool.path) changed while it was read.")
    }
    let stored = try ranking(of: selection, in: pool, asOf: asOf)
    let rank = stored?.content
    let isRefined = row[5].string != nil
    let wanted = try id.map { try member($0, pool, asOf) }
    let (classes, places) = try self.classes(isRefined ? nil : stored, pool, asOf)
    var shown = wanted.map { wanted in classes.filter { $0.class == wanted.label } } ?? classes
    let reasons = try Reasons(pool, scoring: row[2].string ?? "", asOf: asOf)
    for number in shown.indices {
      let label = shown[number].class
      if let reasons = try reasons.explain(places[label] ?? [], label: label) {
        shown[number].add(reasons)
      }
    }
    if let wanted {
      for number in shown.indices { shown[number].picks.removeAll { $0.id != wanted.id } }
    }
    let certificates = Certificates(classes.map(\.certificate))
    return Report(
      selection: selection, strategy: row[0].string ?? "", parameters: rank?.parameters ?? [:],
      source: row[1].string ?? "", scoring: row[2].string ?? "", slice: rank?.slice ?? "",
      ipc: row[3].int ?? 0, factor: row[7].int ?? 1, base: row[4].string, refinement: row[5].string,
      terms: isRefined ? [] : rank?.terms ?? [], certificateMin: certificates.least,
      certificateMean: certificates.mean,
      classes: shown)
  }

  /// The member of that id; a candidate's stands for the version that the selection holds.
  private func member(
    _ id: String, _ pool: Pool, _ asOf: Int64?
  ) throws -> (label: Int, id: String) {
    let members = try pool.query(
      "SELECT class, id FROM members WHERE selection = ?1 AND ?2 IN (id, candidate) LIMIT 1",
      [.text(selection), .text(id)], asOf: asOf)
    if let row = members.rows.first { return (row[0].int ?? 0, row[1].string ?? "") }
    let item = try PoolItem.named(id, in: pool, asOf: asOf)
    throw PoolError(
      .notFound, "Selection '\(selection)' does not hold \(item.id).",
      remedy: "psrdb show \(item.id) says which selections do.")
  }

  /// The picks of each class, and where they are.
  /// - Parameter ranking: whose gains are told of them.
  private func classes(
    _ ranking: StoredRanking?, _ pool: Pool, _ asOf: Int64?
  ) throws -> ([ClassPicks], [Int: [CandidateSlice.Place]]) {
    let members = try pool.query(
      """
      SELECT m.class, m.rank, m.id, m.gain, m.gains, m.flagged,
        (SELECT name FROM pool_classes AS k WHERE k.class = m.class),
        m.entry, m.row
      FROM members AS m WHERE m.selection = ? ORDER BY m.class, m.rank
      """, [.text(selection)], asOf: asOf)
    var classes: [ClassPicks] = []
    var places: [Int: [CandidateSlice.Place]] = [:]
    for row in members.rows {
      let label = row[0].int ?? 0
      places[label, default: []].append(
        CandidateSlice.Place(entry: Int64(row[7].int ?? 0), row: row[8].int ?? 0))
      if classes.last?.class != label {
        classes.append(ClassPicks(class: label, className: row[6].string, picks: []))
      }
      let last = classes.count - 1
      var pick = Pick(
        rank: row[1].int ?? 0, id: row[2].string ?? "", gains: [], flagged: row[5].int == 1)
      if ranking != nil {
        let gains = row[4].string.map { Data($0.utf8) }
        pick.gain = row[3].double
        pick.gains = gains.flatMap { try? JSONDecoder().decode([Double].self, from: $0) } ?? []
      }
      classes[last].picks.append(pick)
    }
    if let ranking {
      for place in classes.indices {
        let picks = classes[place].picks
        let gains = picks.compactMap(\.gain)
        classes[place].objective = gains.isEmpty ? nil : gains.reduce(0, +)
        classes[place].certificate = try ranking.gains(classes[place].class, in: pool)
          .certificate(picks.count).map(Double.init)
      }
    }
    return (classes, places)
  }
}

extension Explain.ClassPicks {
  fileprivate mutating func add(_ reasons: [Explanation]) {
    for (place, reason) in reasons.enumerated() {
      picks[place].newlyCovered = reason.improved
      picks[place].serves = reason.serves.count
      picks[place].coverage = Double(reason.coverage)
      picks[place].nearest = reason.neighbor.map { picks[$0].id }
      picks[place].nearestCosine = reason.neighborCosine.map(Double.init)
    }
    coverage = reasons.last.map { Double($0.coverage) }
  }
}

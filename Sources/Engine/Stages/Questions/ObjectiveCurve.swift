public import Engine
public import Store

/// `explain --curve`: the objective and its terms against the IPC, so that it shows where more
/// images stop paying.
public struct ObjectiveCurve: Equatable, Sendable {
  public var selection: String

  public init(_ selection: String) { self.selection = selection }

  public struct Report: Codable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var slice: String
    /// The IPC of the selection; the ranking may be longer.
    public var ipc: Int
    /// Names of each point's terms.
    public var terms: [String]
    public var points: [Point]
  }

  /// Means over classes, each of its first `ipc` picks.
  public struct Point: Codable, Equatable, Sendable {
    public var ipc: Int
    /// The sum of the terms.
    public var objective: Double
    /// What the last pick added.
    public var gain: Double
    /// Of each of the report's `terms`.
    public var terms: [Double]
    public var certificate: Double?
  }

  /// - Throws: `PoolError`: `notFound` for an unknown selection, `usage` for one whose strategy has
  ///   no objective.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try requireSelection(selection, in: pool, asOf: asOf)
    guard let stored = try ranking(of: selection, in: pool, asOf: asOf),
      !stored.content.terms.isEmpty
    else {
      throw PoolError(
        .usage, "'\(selection)' was picked without an objective, so there is no curve of it.",
        remedy: "psrdb select --ipc 10 --strategy facility-location --name NAME has one.")
    }
    let rankings = try stored.labels.map { try stored.gains($0, in: pool) }
    let ipc = try pool.query(
      "SELECT ipc FROM selections WHERE selection = ?", [.text(selection)], asOf: asOf)
    return Report(
      selection: selection, strategy: stored.content.strategy, slice: stored.content.slice,
      ipc: ipc.rows.first?.first?.int ?? 0, terms: stored.content.terms,
      points: Self.points(rankings, terms: stored.content.terms.count))
  }

  /// As far as every class goes.
  private static func points(_ rankings: [Ranking], terms: Int) -> [Point] {
    let length = rankings.map(\.picks.count).min() ?? 0
    let classes = Double(rankings.count)
    var sums = Array(repeating: 0.0, count: terms)
    return (0..<length).map { place in
      var gain = 0.0
      for ranking in rankings {
        for (term, value) in ranking.gains[place].enumerated() {
          sums[term] += Double(value) / classes
          gain += Double(value) / classes
        }
      }
      let certificates = rankings.compactMap { $0.certificate(place + 1) }
      return Point(
        ipc: place + 1, objective: sums.reduce(0, +), gain: gain, terms: sums,
        certificate: certificates.count < rankings.count
          ? nil : certificates.reduce(0) { $0 + Double($1) } / classes)
    }
  }
}

extension ObjectiveCurve.Report {
  /// The curve as a picture: the objective, and its terms where there are several.
  public var plot: LinePlot {
    func series(_ name: String, _ value: (ObjectiveCurve.Point) -> Double) -> LinePlot.Series {
      LinePlot.Series(name, points.map { LinePlot.Point(Double($0.ipc), value($0)) })
    }
    let parts =
      terms.count > 1 ? terms.enumerated().map { i, name in series(name) { $0.terms[i] } } : []
    return LinePlot(
      title: "\(selection): \(strategy)", xLabel: "images per class",
      yLabel: "objective, mean over classes",
      series: [series("objective", \.objective)] + parts)
  }
}

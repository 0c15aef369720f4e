public import Engine
public import Store

/// `explain --curve`: the objective and its terms against the IPC, so that it shows where more
/// images stop paying.
public struct ObjectiveCurve: Equatable, Sendable {
  public var selection: String

  public init(_ selection: String) { self.selection = selection }

  public struct Report: Encodable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var slice: String
    /// The IPC of the selection; the ranking may be longer.
    public var ipc: Int
    /// Names of each point's terms.
    public var terms: [String]
    public var points: [Point]
  }

  /// Means over classes, each of the picks that its first `ipc` images hold.
  public struct Point: Encodable, Equatable, Sendable {
    public var ipc: Int
    /// The sum of the terms.
    public var objective: Double
    /// What the last image added.
    public var gain: Double
    /// Of each of the report's `terms`.
    public var terms: [Double]
    public var certificate: Double?
  }

  /// - Throws: `PoolError`: `notFound` for an unknown selection, `usage` for one whose strategy has
  ///   no objective, or that is refined.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try requireSelection(selection, in: pool, asOf: asOf)
    guard let stored = try ranking(of: selection, in: pool, asOf: asOf),
      !stored.content.terms.isEmpty
    else {
      throw PoolError(
        .usage, "'\(selection)' was picked without an objective, so there is no curve of it.",
        remedy: "psrdb select --ipc 10 --strategy facility-location --name NAME has one.")
    }
    let row = try pool.query(
      "SELECT ipc, factor, base FROM selections WHERE selection = ?", [.text(selection)],
      asOf: asOf
    ).rows.first
    if let base = row?[2].string {
      throw PoolError(
        .usage, "'\(selection)' is refined, and its picks were ranked as they were before.",
        remedy: "psrdb explain \(shellWord(base)) --curve")
    }
    let rankings = try stored.labels.map { try stored.gains($0, in: pool) }
    guard let factor = row?[1].int, (1...1000).contains(factor) else {
      throw SelectionReader.brokenRow
    }
    return Report(
      selection: selection, strategy: stored.content.strategy, slice: stored.content.slice,
      ipc: row?[0].int ?? 0, terms: stored.content.terms,
      points: Self.points(
        rankings, cells: Formation(factor: factor).cells, terms: stored.content.terms.count))
  }

  /// As far as every class goes, by whole images of `cells` picks.
  private static func points(_ rankings: [Ranking], cells: Int, terms: Int) -> [Point] {
    let length = rankings.map(\.picks.count).min() ?? 0
    let classes = Double(rankings.count)
    var sums = Array(repeating: 0.0, count: terms)
    return (0..<length / cells).map { image in
      var gain = 0.0
      for ranking in rankings {
        for place in image * cells..<(image + 1) * cells {
          for (term, value) in ranking.gains[place].enumerated() {
            sums[term] += Double(value) / classes
            gain += Double(value) / classes
          }
        }
      }
      let certificates = Certificates(
        rankings.map { $0.certificate((image + 1) * cells).map(Double.init) })
      return Point(
        ipc: image + 1, objective: sums.reduce(0, +), gain: gain, terms: sums,
        certificate: certificates.mean)
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

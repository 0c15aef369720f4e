/// The picks of one class in order, with what each brought.
public struct Ranking: Sendable, Equatable {
  /// Rows of the `ClassCandidates`, best first.
  public var picks: [Int] = []
  /// For each pick, what each of the strategy's terms gained when it was picked.
  public var gains: [[Float]] = []
  /// After k+1 picks, the sum of the k+1 largest gains that remain: with the objective so far it
  /// bounds the best possible set of that size. Empty when the strategy has no such certificate.
  public var bounds: [Float] = []
  /// Whether a pick fails the gate, or repeats another's features, and only fills up the ranking.
  public var backfilled: [Bool] = []

  public init() {}

  /// The objective of the first `count` picks.
  public func objective(_ count: Int) -> Float {
    gains.prefix(count).reduce(0) { $0 + $1.reduce(0, +) }
  }

  /// The certificate of the first `count` picks: the share of the best possible objective that
  /// they are sure to reach, G/(G + bound). Nil where the strategy gives none, and where a pick
  /// only fills up: the bound is of candidates that pass the gate.
  ///
  /// Source: Leskovec et al., "Cost-effective outbreak detection in networks", KDD 2007, §3.2.
  public func certificate(_ count: Int) -> Float? {
    guard count > 0, count <= bounds.count, !backfilled.prefix(count).contains(true) else {
      return nil
    }
    let objective = objective(count)
    let best = objective + bounds[count - 1]
    return best > 0 ? objective / best : 1
  }

  /// The first `count` picks as a ranking.
  public func prefix(_ count: Int) -> Ranking {
    var result = Ranking()
    result.picks = Array(picks.prefix(count))
    result.gains = Array(gains.prefix(count))
    result.bounds = Array(bounds.prefix(count))
    result.backfilled = Array(backfilled.prefix(count))
    return result
  }

  mutating func append(_ row: Int, gains: [Float], backfilled: Bool = false) {
    picks.append(row)
    self.gains.append(gains)
    self.backfilled.append(backfilled)
  }
}

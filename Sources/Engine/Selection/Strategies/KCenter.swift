/// Farthest first: each pick is the candidate farthest from all picks before it. The first is the
/// one nearest to the mean; distances are Euclidean between unit features.
///
/// The largest distance left is at most twice the best possible. Source: Gonzalez, "Clustering to
/// minimize the maximum intercluster distance", 1985. Guide: docs/selection/k-center.md.
public struct KCenter: Strategy {
  public static let name = "k-center"
  public static let summary = "farthest first in feature space, from the candidate nearest the mean"
  public static let isNested = true
  public static let parameters: [StrategyParameter] = []

  public init(_ values: [String: Double], seed: UInt64) {}

  /// The distance to the nearest earlier pick (0 for the first pick).
  public var terms: [String] { ["distance"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    var objective = Gains(candidates)
    return greedy(
      &objective, lazily: false, certified: false, extending: known, to: count, over: candidates)
  }

  private struct Gains: Objective {
    let candidates: ClassCandidates
    /// Squared distance to the nearest pick; before the first, the product with the mean.
    var squares: [Float]
    var isEmpty = true

    init(_ candidates: ClassCandidates) {
      self.candidates = candidates
      let rows = candidates.eligible
      let mean = (rows.isEmpty ? candidates.features : candidates.features.gather(rows)).rowMean
      squares = candidates.products(with: mean).values
    }

    func gain(of row: Int) -> Float { squares[row] }
    func terms(of row: Int) -> [Float] { [isEmpty ? 0 : squares[row].squareRoot()] }
    mutating func add(_ row: Int) {
      if isEmpty { squares = Array(repeating: .infinity, count: candidates.count) }
      isEmpty = false
      let cosines = candidates.cosines(with: row)
      for i in squares.indices {
        squares[i] = min(squares[i], max(0, 2 - 2 * cosines.pointer[i]))
      }
      squares[row] = 0
    }
  }
}

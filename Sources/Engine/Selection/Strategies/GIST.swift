/// Utility and a minimum distance: maximises Σ u_i + λ·min_{i≠j∈S} ‖φ_i − φ_j‖ over sets of the
/// given size, with u = (r̃ + ũ)/(2·K₀).
///
/// For each of a geometric series of distances, picks by falling utility what keeps that distance
/// from all earlier picks, and keeps the best of these sets. Not nested: the distance that pays
/// depends on the count. Source: Fahrbach et al., "GIST: greedy independent set thresholding for
/// max-min diversification with submodular utility", NeurIPS 2025 (arXiv 2405.18754), algorithm 1,
/// which also allows smaller sets; here sets are filled up. Guide: docs/selection/gist.md.
public struct GIST: Strategy {
  public static let name = "gist"
  public static let summary = "utility plus the least distance between picks (not nested)"
  public static let isNested = false
  public static let matrix = SimilarityMatrix.candidates
  public static let parameters = [
    StrategyParameter("lambda", 1, in: 0...1_000_000, "weight of the least distance"),
    StrategyParameter("epsilon", 0.05, in: 0.001...0.5, "step of the series of distances"),
    StrategyParameter("target", 0.5, in: 0...1, "u*, the rank of entropy held to be best"),
    StrategyParameter("normalizer", 50, in: 1...1_000_000, "K0, divides the utility"),
  ]

  let lambda, epsilon, target, normalizer: Float

  public init(_ values: [String: Double], seed: UInt64) {
    func value(_ name: String) -> Float { Float(values[name]!) }
    lambda = value("lambda")
    epsilon = value("epsilon")
    target = value("target")
    normalizer = value("normalizer")
  }

  /// The utility, and by how much λ times the least distance changed (0 for the first pick).
  public var terms: [String] { ["utility", "distance"] }

  public func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking {
    let reliability = ranks(try candidates.score(candidates.reliability, "reliability"))
    let entropy = ranks(try candidates.score(candidates.uncertainty, "uncertainty"))
    let utility = zip(reliability, entropy).map {
      ($0 + (1 - abs($1 - target))) / (2 * normalizer)
    }
    let order = candidates.eligible.sorted {
      utility[$0] != utility[$1] ? utility[$0] > utility[$1] : $0 < $1
    }
    let size = min(count, order.count)
    let distances = Distances(candidates, memory: memory)
    var best = Array(order.prefix(size))
    var value = objective(best, utility, distances)
    func consider(_ picks: [Int]) {
      let other = objective(picks, utility, distances)
      if other > value { (best, value) = (picks, other) }
    }
    if size >= 2 {
      let pair = distances.farthest(order)
      consider([pair.0, pair.1] + order.filter { $0 != pair.0 && $0 != pair.1 }.prefix(size - 2))
      var distance = epsilon * pair.2 / 2
      while distance <= pair.2, distance > 0 {
        consider(independent(order, size, atLeast: distance, distances))
        distance *= 1 + epsilon
      }
    }
    var result = Ranking()
    var least = Array(repeating: Float.infinity, count: candidates.count)
    var separation: Float = 0
    for (position, row) in (best + candidates.backfill).prefix(count).enumerated() {
      let now = position == 0 ? 0 : position == 1 ? least[row] : min(separation, least[row])
      result.append(
        row, gains: [utility[row], lambda * (now - separation)], backfilled: position >= size)
      separation = now
      distances.update(&least, with: row)
    }
    return result
  }

  private func objective(_ picks: [Int], _ utility: [Float], _ distances: Distances) -> Float {
    let sum = picks.reduce(Float(0)) { $0 + utility[$1] }
    return picks.count < 2 ? sum : sum + lambda * distances.separation(picks)
  }

  /// Goes through `order` and takes what is at least `distance` from all it took before; fills up
  /// with the first that are left.
  private func independent(
    _ order: [Int], _ size: Int, atLeast distance: Float, _ distances: Distances
  ) -> [Int] {
    var picks: [Int] = []
    var least = Array(repeating: Float.infinity, count: distances.count)
    for row in order where least[row] >= distance {
      picks.append(row)
      if picks.count == size { return picks }
      distances.update(&least, with: row)
      least[row] = -1
    }
    return picks + order.filter { least[$0] >= 0 }.prefix(size - picks.count)
  }

  /// Euclidean distances between unit features.
  private struct Distances {
    let similarities: Similarities
    let count: Int

    init(_ candidates: ClassCandidates, memory: Int) {
      similarities = Similarities(candidates.features, among: nil, memory: memory)
      count = candidates.count
    }

    private func distance(_ similarity: Float) -> Float {
      (4 * max(0, 1 - similarity)).squareRoot()
    }

    /// Lowers each entry of `least` to the distance to `row`.
    func update(_ least: inout [Float], with row: Int) {
      let s = similarities.row(row)
      for i in least.indices { least[i] = min(least[i], distance(s[i])) }
    }

    /// The least distance between two of the rows.
    func separation(_ rows: [Int]) -> Float {
      var least = Float.infinity
      for (position, row) in rows.enumerated() {
        let s = similarities.row(row)
        for other in rows[..<position] { least = min(least, distance(s[other])) }
      }
      return least
    }

    /// The pair farthest apart, and its distance; of equal pairs that which comes first.
    func farthest(_ rows: [Int]) -> (Int, Int, Float) {
      var pair = (rows[0], rows[1], Float(-1))
      for (position, row) in rows.enumerated() {
        let s = similarities.row(row)
        for other in rows[..<position] {
          let length = distance(s[other])
          if length > pair.2 { pair = (other, row, length) }
        }
      }
      return pair
    }
  }
}

/// What each pick of a selection does for it, whatever strategy made it.
public struct Explanation: Sendable, Equatable {
  /// The row explained.
  public let pick: Int
  /// The pick most similar to it, and their cosine. Nil for a selection of one.
  public let neighbor: Int?
  public let neighborCosine: Float?
  /// How many targets it is more similar to than every pick before it.
  public let improved: Int
  /// The targets that are more similar to it than to any other pick of the selection (the earlier
  /// pick among equals): real images, or rows of passing candidates where there are none.
  public let serves: [Int]
  /// The mean over targets of the greatest similarity (1 + cos)/2, with the picks up to this one.
  public let coverage: Float

  /// Explains every pick, in order.
  ///
  /// - Complexity: O(picks·(picks + targets)·dimensions) time, O(picks + targets) memory.
  public static func explain(_ picks: [Int], of candidates: ClassCandidates) -> [Explanation] {
    let chosen = candidates.features.gather(picks)
    let targets = candidates.targets
    let (count, size) = (picks.count, chosen.rowSize)
    var best = Array(repeating: -Float.infinity, count: targets.rows)
    var owner = Array(repeating: -1, count: targets.rows)
    var improved = Array(repeating: 0, count: count)
    var coverage = Array(repeating: Float(0), count: count)
    var neighbors: [(row: Int, cosine: Float)?] = []
    let toTargets = Tensor(uninitialized: [targets.rows])
    let toPicks = Tensor(uninitialized: [count])
    for position in 0..<count {
      let vector = chosen.pointer + position * size
      gemm(
        targets.rows, 1, size, targets.pointer, lda: size, vector, ldb: 1, toTargets.pointer,
        ldc: 1)
      var sum = 0.0
      for v in 0..<targets.rows {
        let similarity = (1 + toTargets.pointer[v]) / 2
        if similarity > best[v] {
          (best[v], owner[v]) = (similarity, position)
          improved[position] += 1
        }
        sum += Double(best[v])
      }
      coverage[position] = Float(sum / Double(max(targets.rows, 1)))
      gemm(count, 1, size, chosen.pointer, lda: size, vector, ldb: 1, toPicks.pointer, ldc: 1)
      let nearest = (0..<count).filter { $0 != position }
        .max { toPicks.pointer[$0] < toPicks.pointer[$1] }
      neighbors.append(nearest.map { (picks[$0], toPicks.pointer[$0]) })
    }
    var serves = Array(repeating: [Int](), count: count)
    for (target, position) in owner.enumerated() where position >= 0 {
      serves[position].append(target)
    }
    return picks.indices.map { i in
      Explanation(
        pick: picks[i], neighbor: neighbors[i]?.row, neighborCosine: neighbors[i]?.cosine,
        improved: improved[i], serves: serves[i], coverage: coverage[i])
    }
  }
}

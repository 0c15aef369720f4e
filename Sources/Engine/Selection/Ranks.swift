/// Each value's rank among all, in [0, 1]: 0 for the lowest, 1 for the highest. Among equals the
/// lower row ranks higher. A single value has rank 1.
func ranks(_ values: [Float]) -> [Float] {
  guard values.count > 1 else { return values.map { _ in 1 } }
  let order = values.indices.sorted { a, b in
    values[a] != values[b] ? values[a] < values[b] : a > b
  }
  var result = Array(repeating: Float(0), count: values.count)
  let scale = 1 / Float(values.count - 1)
  for (rank, row) in order.enumerated() { result[row] = Float(rank) * scale }
  return result
}

/// A ranking by falling score (rising, if `most` is false), ties to the lowest row.
func ranking(
  by score: [Float], most: Bool, count: Int, over candidates: ClassCandidates
) -> Ranking {
  let order = candidates.eligible.sorted { a, b in
    score[a] != score[b] ? (score[a] > score[b]) == most : a < b
  }
  return ranking(order + candidates.backfill, eligible: order.count, count: count) { [score[$0]] }
}

/// A ranking of the first `count` rows of `order`, of which those after `eligible` fill up.
func ranking(
  _ order: [Int], eligible: Int, count: Int, gains: (Int) -> [Float]
) -> Ranking {
  var result = Ranking()
  for (position, row) in order.prefix(count).enumerated() {
    result.append(row, gains: gains(row), backfilled: position >= eligible)
  }
  return result
}

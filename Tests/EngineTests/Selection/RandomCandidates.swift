@testable import Engine

/// Candidates drawn from a seed: clustered features, scores, and a gate that fails some.
func randomCandidates(
  _ count: Int, seed: UInt64, dimensions: Int = 7, real: Int = 0, failing: Float = 0
) throws -> ClassCandidates {
  let parts = randomParts(count, seed: seed, dimensions: dimensions, real: real, failing: failing)
  return try parts.candidates(Array(0..<count))
}

/// The same before they are put together, so that a test can arrange them in another order.
struct Parts {
  let features: Tensor
  let real: Tensor?
  let reliability, uncertainty, confidence, margin: [Float]
  let passes: [Bool]

  /// Id i is the i-th candidate whatever the order of rows.
  func candidates(_ order: [Int]) throws -> ClassCandidates {
    try ClassCandidates(
      label: 3, ids: order.map { Int64($0) }, features: features.gather(order),
      reliability: order.map { reliability[$0] }, uncertainty: order.map { uncertainty[$0] },
      confidence: order.map { confidence[$0] }, margin: order.map { margin[$0] },
      passes: order.map { passes[$0] }, real: real)
  }
}

func randomParts(
  _ count: Int, seed: UInt64, dimensions: Int = 7, real: Int = 0, failing: Float = 0
) -> Parts {
  var random = Philox(seed: seed, .test)
  func scores() -> [Float] { (0..<count).map { _ in random.uniform() } }
  let centers = random.normal([3, dimensions])
  func features(_ rows: Int) -> Tensor {
    let result = random.normal([rows, dimensions])
    for row in 0..<rows {
      let center = random.integer(below: 3)
      for i in 0..<dimensions { result[row * dimensions + i] += centers[center * dimensions + i] }
    }
    return result
  }
  return Parts(
    features: features(count), real: real > 0 ? features(real) : nil, reliability: scores(),
    uncertainty: scores(), confidence: scores(), margin: scores(),
    passes: scores().map { $0 >= failing })
}

/// (1 + cos)/2 in double precision.
func similarity(_ a: Tensor, _ i: Int, _ b: Tensor, _ j: Int) -> Double {
  var dot = 0.0
  for k in 0..<a.rowSize { dot += Double(a[i * a.rowSize + k]) * Double(b[j * b.rowSize + k]) }
  return (1 + dot) / 2
}

/// Every subset of `rows` of the given size.
func subsets(_ rows: [Int], _ size: Int) -> [[Int]] {
  guard size > 0 else { return [[]] }
  return rows.indices.flatMap { i in
    subsets(Array(rows[(i + 1)...]), size - 1).map { [rows[i]] + $0 }
  }
}

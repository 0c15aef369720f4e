import Testing

@testable import Engine

struct FrechetDistanceTests {
  private static func normal(_ n: Int, _ scales: [Float], _ shifts: [Float], index: Int) -> Tensor {
    var random = Philox(seed: 1, .test, index: index)
    let result = random.normal([n, scales.count])
    for i in 0..<n {
      for j in scales.indices {
        result[i * scales.count + j] = shifts[j] + scales[j] * result[i * scales.count + j]
      }
    }
    return result
  }

  /// Of covariances that do not commute: Σ₁ = diag(8, 2)/3 and Σ₂ = (5 3; 3 5)/6, then, with every
  /// row of the second twice and moved by (3, −1), (5 3; 3 5)/7. In two dimensions (tr √M)² is
  /// tr M + 2·√det M.
  @Test func isThatOfGaussians() throws {
    let a = Tensor([2, 0, -2, 0, 0, 1, 0, -1], shape: [4, 2])
    let b = Tensor([1, 1, -1, -1, 0.5, -0.5, -0.5, 0.5], shape: [4, 2])
    let moved = b.gather([0, 1, 2, 3, 0, 1, 2, 3])
    for i in 0..<16 { moved[i] += i % 2 == 0 ? 3 : -1 }
    let near = 5 - 2 * 41.0.squareRoot() / 3
    let far = 10 + 10.0 / 3 + 10.0 / 7 - 2 * (82.0 / 21).squareRoot()
    for (other, expected) in [(b, near), (moved, far)] {
      let (distance, back) = (frechetDistance(a, other), frechetDistance(other, a))
      #expect(abs(try #require(distance) - expected) < 1e-5)
      #expect(abs(try #require(back) - expected) < 1e-5)
    }
  }

  /// With x = s·y it is (1 − s)²·(tr Σ + ‖μ‖²) for any y. The roots of what rounding leaves of 496
  /// eigenvalues that are 0 would be as large as that.
  @Test func moreRowsThanDimensionsAddNothing() throws {
    let a = Self.normal(500, [1, 2, 3, 1], [0, 1, 0, 2], index: 5)
    try expectScaled(a)
  }

  /// As features of a network have it: few dimensions with much variance and many with little. The
  /// roots of rounding of a squared product would be as large as those.
  @Test func manySmallDimensionsCount() throws {
    let scales = (1...200).map { 1 / Float($0 * $0) }
    let a = Self.normal(64, scales, scales.map { _ in 0 }, index: 6)
    try expectScaled(a)
  }

  /// The distance of features and of 1.125 times these is what it has to be.
  private func expectScaled(_ a: Tensor) throws {
    let b = Tensor(a.values.map { $0 * 1.125 }, shape: a.shape)
    var expected = 0.0
    for column in 0..<a.rowSize {
      let values = (0..<a.rows).map { Double(a[$0 * a.rowSize + column]) }
      let mean = values.reduce(0, +) / Double(a.rows)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      expected += 0.125 * 0.125 * (squares / Double(a.rows - 1) + mean * mean)
    }
    let distance = try #require(frechetDistance(a, b))
    #expect(abs(distance / expected - 1) < 1e-3)
  }

  @Test func ofItselfIsNothingAlsoWithMoreDimensionsThanRows() throws {
    let a = Self.normal(
      20, [Float](repeating: 1, count: 50), [Float](repeating: 3, count: 50), index: 3)
    #expect(try #require(frechetDistance(a, a)) < 1e-3)
    #expect(frechetDistance(a, a.rows(0..<1)) == nil)
    a[7] = .infinity
    #expect(frechetDistance(a, a) == nil)
  }

  @Test func withinClassVarianceForgetsWhereClassesAre() {
    let a = Self.normal(4000, [1, 2], [0, 0], index: 4)
    let labels = (0..<4000).map { $0 % 2 }
    for (row, label) in labels.enumerated() where label == 1 { a[row * 2] += 100 }
    #expect(abs(withinClassVariance(a, labels: labels) - 5) < 0.3)
  }
}

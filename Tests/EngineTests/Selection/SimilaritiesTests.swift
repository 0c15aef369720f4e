import Testing

@testable import Engine

@Suite struct SimilaritiesTests {
  /// The values are the products, to the bit the same in tiles.
  private func check(
    _ make: (Int) -> Similarities, _ candidates: Tensor, _ targets: Tensor
  ) {
    let (full, tiled) = (make(.max), make(1))
    #expect(full.isComplete && full.targets == targets.rows)
    for row in (0..<candidates.rows).reversed() {
      let tiledRow = tiled.row(row)
      for v in 0..<targets.rows {
        #expect(tiledRow[v] == full.row(row)[v])
        #expect(
          abs(Double(full.row(row)[v]) - similarity(candidates, row, targets, v)) < 1e-6)
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 3), (129, 257), (300, 300)])
  func valuesAndTilesAgree(_ size: (Int, Int)) throws {
    let parts = randomParts(size.0, seed: 2, real: size.1)
    let candidates = try parts.candidates(Array(0..<size.0))
    let features = candidates.features
    check({ Similarities(features, candidates.targets, memory: $0) }, features, candidates.targets)
    check({ Similarities(features, among: nil, memory: $0) }, features, features)
    let some = (0..<size.0).filter { $0 % 3 != 1 }
    check(
      { Similarities(features, among: some, memory: $0) }, features, features.gather(some))
  }
}

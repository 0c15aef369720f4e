import Testing

@testable import Engine

@Suite struct SimilaritiesTests {
  @Test(arguments: [(1, 1), (5, 3), (129, 257), (300, 300)])
  func valuesAndTilesAgree(_ size: (Int, Int)) throws {
    let parts = randomParts(size.0, seed: 2, real: size.1)
    let candidates = try parts.candidates(Array(0..<size.0))
    for targets in [candidates.targets, candidates.features] {
      let full = Similarities(candidates.features, targets, memory: .max)
      let tiled = Similarities(candidates.features, targets, memory: 1)
      #expect(full.isComplete)
      for row in (0..<size.0).reversed() {
        let tiledRow = tiled.row(row)
        for v in 0..<targets.rows {
          #expect(tiledRow[v] == full.row(row)[v])
          #expect(
            abs(Double(full.row(row)[v]) - similarity(candidates.features, row, targets, v))
              < 1e-6)
        }
      }
    }
  }
}

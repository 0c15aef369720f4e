import Testing

@testable import Engine

@Suite struct AllocationTests {
  private func ranking(_ gains: [Float]) -> Ranking {
    var result = Ranking()
    for (row, gain) in gains.enumerated() { result.append(row, gains: [gain / 2, gain / 2]) }
    return result
  }

  @Test func noAllocationIsBetter() throws {
    var random = Philox(seed: 1, .test)
    for _ in 0..<20 {
      let gains = (0..<4).map { _ in (0..<5).map { _ in random.uniform() }.sorted(by: >) }
      let rankings = gains.map(ranking)
      for (least, most) in [(0, 5), (1, 4), (2, 3)] {
        for total in 4 * least...4 * most {
          let counts = try Allocation.adaptive(rankings, total: total, least: least, most: most)
          #expect(counts.reduce(0, +) == total)
          #expect(counts.allSatisfy { (least...most).contains($0) })
          func value(_ counts: [Int]) -> Float {
            zip(gains, counts).reduce(0) { $0 + $1.0.prefix($1.1).reduce(0, +) }
          }
          var best: Float = -1
          for a in least...most {
            for b in least...most {
              for c in least...most {
                let d = total - a - b - c
                if d >= least && d <= most { best = max(best, value([a, b, c, d])) }
              }
            }
          }
          #expect(abs(value(counts) - best) < 1e-5)
        }
      }
    }
  }

  /// A later pick may gain more than one before; it is worth no more than that one for that.
  @Test func aClassIsNotGivenAnImageForTheOneAfter() throws {
    let counts = try Allocation.adaptive(
      [ranking([3, 1, 2]), ranking([2.5, 1.5, 0])], total: 3, least: 0, most: 3)
    #expect(counts == [1, 2])
  }

  @Test func equalClassesShareFromTheFirst() throws {
    let rankings = Array(repeating: ranking([3, 2, 1]), count: 3)
    #expect(try Allocation.adaptive(rankings, total: 5, least: 1, most: 3) == [2, 2, 1])
  }

  /// What everyone gets anyhow says nothing of the next: k-center's first pick has no distance.
  @Test func gainsOfTheLeastDoNotCount() throws {
    let rankings = [ranking([0, 0.1, 0.1]), ranking([0, 0.5, 0.4])]
    #expect(try Allocation.adaptive(rankings, total: 4, least: 1, most: 3) == [1, 3])
  }

  @Test func limitsThatCannotBeMetAreErrors() {
    let rankings = [ranking([1, 1]), ranking([1])]
    for (total, least, most) in [(4, 0, 2), (1, 1, 2), (3, 2, 2), (2, 2, 1), (2, -1, 2)] {
      #expect(throws: SelectionError.self) {
        try Allocation.adaptive(rankings, total: total, least: least, most: most)
      }
    }
  }
}

import Testing

@testable import Engine

@Suite struct NeighborsTests {
  @Test func theMostSimilarAreFoundAcrossMatrices() {
    var random = Philox(seed: 4, .test)
    let features = random.normal([50, 6])
    let query = random.normal([1, 6])
    let unit = features.unitRows().rows
    let expected = (0..<50).sorted {
      similarity(unit, $0, query, 0) > similarity(unit, $1, query, 0)
    }
    var neighbors = Neighbors(of: query.values, count: 7)
    for first in stride(from: 0, to: 50, by: 20) {
      let rows = first..<min(50, first + 20)
      neighbors.look(at: features.rows(rows), ids: rows.map { Int64($0) })
    }
    #expect(neighbors.matches.map { Int($0.id) } == Array(expected.prefix(7)))
    #expect(neighbors.matches.allSatisfy { abs($0.cosine) <= 1.00001 })
  }

  @Test func equalMatchesGoByIdAndBrokenRowsMatchNothing() {
    let features = Tensor([2, 0, .nan, 1, 3, 0, 1, 0], shape: [4, 2])
    var neighbors = Neighbors(of: [5, 0], count: 2)
    neighbors.look(at: features, ids: [9, 1, 4, 6])
    #expect(neighbors.matches == [.init(id: 4, cosine: 1), .init(id: 6, cosine: 1)])
    var none = Neighbors(of: [5, 0], count: 0)
    none.look(at: features, ids: [9, 1, 4, 6])
    #expect(none.matches.isEmpty)
  }

  @Test(arguments: [Float(0.6), 0.9]) func pairsAreThoseOfAllPairs(_ threshold: Float) {
    var random = Philox(seed: 4, .test)
    let features = random.normal([300, 6])
    let unit = features.unitRows().rows
    let (count, pairs) = DuplicatePair.find(in: features, threshold: threshold, limit: .max)
    var expected: [[Int]] = []
    for a in 0..<300 {
      for b in a + 1..<300 where 2 * similarity(unit, a, unit, b) - 1 >= Double(threshold) {
        expected.append([a, b])
      }
    }
    #expect(
      pairs.map { [$0.first, $0.second] }.sorted { $0.lexicographicallyPrecedes($1) } == expected)
    #expect(count == expected.count && !expected.isEmpty)
    #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.cosine >= $1.cosine })
  }

  @Test(arguments: [0, 1, 40]) func noMorePairsAreHeldThanAskedFor(_ limit: Int) {
    var random = Philox(seed: 5, .test)
    // Some rows are there twice, so that some cosines are equal.
    let half = random.normal([150, 3])
    let features = half.gather((0..<300).map { $0 % 150 })
    let all = DuplicatePair.find(in: features, threshold: -1, limit: .max)
    let best = DuplicatePair.find(in: features, threshold: -1, limit: limit)
    #expect(best.count == all.count)
    #expect(best.pairs == Array(all.pairs.prefix(limit)))
  }
}

import Foundation
import Testing

@testable import Engine

/// The strategies without a certificate, each against its definition in double precision.
@Suite(.serialized) struct OracleTests {
  private func distance(_ c: ClassCandidates, _ i: Int, _ j: Int) -> Double {
    (4 * max(0, 1 - similarity(c.features, i, c.features, j))).squareRoot()
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func kCenterTakesTheFarthest(_ seed: UInt64) throws {
    let c = try randomCandidates(40, seed: seed)
    let ranking = try Strategies.make("k-center").rank(c, count: 12)
    let mean = c.features.rowMean
    let start = (0..<40).max {
      similarity(c.features, $0, mean.reshaped([1, 7]), 0)
        < similarity(c.features, $1, mean.reshaped([1, 7]), 0)
    }
    #expect(ranking.picks[0] == start)
    for count in 1..<12 {
      let before = ranking.picks.prefix(count)
      let best = (0..<40).map { row in before.map { distance(c, row, $0) }.min()! }.max()!
      #expect(abs(Double(ranking.gains[count][0]) - best) < 1e-3)
      let own = before.map { distance(c, ranking.picks[count], $0) }.min()!
      #expect(abs(own - best) < 1e-3)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func kCenterRadiusIsWithinTwiceTheBest(
    _ seed: UInt64
  ) throws {
    let c = try randomCandidates(12, seed: seed)
    func radius(_ picks: [Int]) -> Double {
      (0..<12).map { row in picks.map { distance(c, row, $0) }.min()! }.max()!
    }
    let ranking = try Strategies.make("k-center").rank(c, count: 4)
    for count in 1...4 {
      let best = subsets(Array(0..<12), count).map(radius).min()!
      #expect(radius(Array(ranking.picks.prefix(count))) <= 2 * best + 1e-4)
    }
  }

  @Test(arguments: [0, 20], [0.1, 0.7]) func graphCutTakesTheBestStep(
    _ real: Int, _ penalty: Double
  ) throws {
    let c = try randomCandidates(18, seed: 4, real: real)
    let ranking = try Strategies.make("graph-cut", ["penalty": penalty]).rank(c, count: 12)
    // Σ_v Σ_j s_vj/|V| − λ·Σ_ij s_ij/|V| over the picks, straight from its definition.
    func value(_ picks: [Int]) -> Double {
      let targets = c.targets
      var sum = 0.0
      for j in picks {
        for v in 0..<targets.rows { sum += similarity(c.features, j, targets, v) }
        for i in picks { sum -= penalty * similarity(c.features, i, c.features, j) }
      }
      return sum / Double(targets.rows)
    }
    for count in 0..<12 {
      let before = Array(ranking.picks.prefix(count))
      let rest = (0..<18).filter { !before.contains($0) }
      let best = rest.map { value(before + [$0]) - value(before) }.max() ?? 0
      let gain = Double(ranking.gains[count].reduce(0, +))
      #expect(abs(gain - best) < 1e-5)
      #expect(abs(value(before + [ranking.picks[count]]) - value(before) - best) < 1e-5)
    }
  }

  @Test(arguments: [0, 20]) func herdingFollowsTheMean(_ real: Int) throws {
    let c = try randomCandidates(40, seed: 5, real: real)
    let ranking = try Strategies.make("herding").rank(c, count: 15)
    let mean = c.targets.rowMean
    func error(_ picks: [Int]) -> Double {
      (0..<7).reduce(0.0) { sum, k in
        let own = picks.reduce(0.0) { $0 + Double(c.features[$1 * 7 + k]) } / Double(picks.count)
        return sum + (own - Double(mean[k])) * (own - Double(mean[k]))
      }
    }
    for count in 0..<15 {
      let before = Array(ranking.picks.prefix(count))
      let rest = (0..<40).filter { !before.contains($0) }
      let best = rest.map { error(before + [$0]) }.min()!
      #expect(abs(error(before + [ranking.picks[count]]) - best) < 1e-6)
    }
  }

  @Test func kMeansFindsClustersAndTheirMiddles() throws {
    // Three tight groups of 6, 4 and 2 around the axes, each with its middle first.
    var rows: [Float] = []
    for (axis, size) in [(2, 2), (0, 6), (1, 4)] {
      for i in 0..<size {
        var row: [Float] = [0, 0, 0]
        row[axis] = 1
        row[(axis + 1) % 3] = i == 0 ? 0.01 : (i % 2 == 0 ? 0.2 : -0.2) + Float(i) * 0.01
        rows += row
      }
    }
    let c = try ClassCandidates(
      label: 0, ids: Array(0..<12), features: Tensor(rows, shape: [12, 3]))
    let ranking = try Strategies.make("k-means").rank(c, count: 3)
    #expect(ranking.gains.map { $0[0] } == [0.5, Float(4) / 12, Float(2) / 12])
    #expect(ranking.picks[0] == 2 && ranking.picks[1] == 8)
    #expect(ranking.picks[2] < 2)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64], [0.05, 1.0, 20.0])
  func gistIsWithinItsGuarantee(_ seed: UInt64, _ lambda: Double) throws {
    let c = try randomCandidates(11, seed: seed)
    let r = ranks(c.reliability)
    let u = ranks(c.uncertainty)
    func value(_ picks: [Int]) -> Double {
      let sum = picks.reduce(0.0) { $0 + Double(r[$1] + 1 - abs(u[$1] - 0.5)) / 100 }
      let gaps = subsets(picks, 2).map { distance(c, $0[0], $0[1]) }
      return sum + lambda * (gaps.min() ?? 0)
    }
    let strategy = try Strategies.make("gist", ["lambda": lambda])
    for count in 1...5 {
      let ranking = try strategy.rank(c, count: count)
      let best = subsets(Array(0..<11), count).map(value).max()!
      let reached = value(ranking.picks)
      #expect(reached <= best + 1e-6)
      #expect(reached >= (0.5 - 0.05) * best)
      #expect(abs(Double(ranking.objective(count)) - reached) < 1e-3 * max(1, lambda))
    }
  }

  @Test(arguments: ["confidence", "margin", "entropy"], [0.0, 1.0])
  func scoresAreSorted(_ name: String, _ most: Double) throws {
    let c = try randomCandidates(50, seed: 8)
    let ranking = try Strategies.make(name, ["most": most]).rank(c, count: 50)
    let score = ["confidence": c.confidence, "margin": c.margin, "entropy": c.uncertainty][name]!
    let sorted = most == 1 ? score.sorted(by: >) : score.sorted()
    #expect(ranking.picks.map { score[$0] } == sorted)
  }

  @Test func firstIsTheOrderOfGenerationWhateverTheGate() throws {
    let c = try randomCandidates(9, seed: 1, failing: 0.9)
    #expect(try Strategies.make("first").rank(c, count: 5).picks == [0, 1, 2, 3, 4])
  }

  @Test func randomDependsOnTheSeedAndKeepsItsOrderAsAPoolGrows() throws {
    let parts = randomParts(60, seed: 1)
    let small = try parts.candidates(Array(0..<30))
    let large = try parts.candidates(Array(0..<60))
    let strategy = try Strategies.make("random", seed: 1)
    let picks = try strategy.rank(small, count: 30).picks
    #expect(try strategy.rank(large, count: 60).picks.filter { $0 < 30 } == picks)
    #expect(try Strategies.make("random", seed: 2).rank(small, count: 30).picks != picks)
  }

  @Test func dppPrefersLongFeatures() throws {
    let c = try ClassCandidates(
      label: 0, ids: [0, 1, 2], features: Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3]),
      reliability: [-3, -1, -2])
    #expect(try Strategies.make("dpp", ["quality": 2]).rank(c, count: 3).picks == [1, 2, 0])
  }
}

import Foundation
import Testing

@testable import Engine

/// The strategies that maximise a monotone submodular function, and what they maximise.
private let certified = ["psr", "facility-location", "saturated-coverage", "dpp"]

@Suite struct GreedyTests {
  /// The function in double precision, by its definition.
  private func value(_ name: String, _ picks: [Int], _ c: ClassCandidates) -> Double {
    let targets = c.targets
    func coverage() -> Double {
      (0..<targets.rows).reduce(0.0) { sum, v in
        sum + (picks.map { similarity(c.features, $0, targets, v) }.max() ?? 0)
      } / Double(targets.rows)
    }
    switch name {
    case "psr":
      let r = ranks(c.reliability)
      let u = ranks(c.uncertainty)
      return picks.reduce(coverage()) {
        $0 + 0.5 / 50 * Double(r[$1]) + 0.25 / 50 * (1 - abs(Double(u[$1]) - 0.5))
      }
    case "facility-location": return coverage()
    case "saturated-coverage":
      return (0..<targets.rows).reduce(0.0) { sum, v in
        let all = (0..<c.count).reduce(0.0) { $0 + similarity(c.features, $1, targets, v) }
        let own = picks.reduce(0.0) { $0 + similarity(c.features, $1, targets, v) }
        return sum + min(own, 10 * all / Double(c.count))
      } / Double(targets.rows)
    default:  // dpp: log det by elimination
      var a = picks.map { i in
        picks.map { similarity(c.features, i, c.features, $0) + (i == $0 ? 1 : 0) }
      }
      var sum = 0.0
      for i in a.indices {
        sum += log(a[i][i])
        for j in a.indices where j > i {
          let factor = a[j][i] / a[i][i]
          for k in a.indices { a[j][k] -= factor * a[i][k] }
        }
      }
      return sum
    }
  }

  @Test(arguments: certified, [false, true]) func gainsAreThoseOfTheFunction(
    _ name: String, _ hasReal: Bool
  ) throws {
    let candidates = try randomCandidates(30, seed: 11, real: hasReal ? 20 : 0, failing: 0.2)
    let ranking = try Strategies.make(name).rank(candidates, count: 30)
    for count in 1...30 {
      let expected = value(name, Array(ranking.picks.prefix(count)), candidates)
      #expect(abs(Double(ranking.objective(count)) - expected) < 1e-4)
    }
  }

  @Test(arguments: certified) func everyStepTakesTheBest(_ name: String) throws {
    let candidates = try randomCandidates(25, seed: 12, real: 20)
    let ranking = try Strategies.make(name).rank(candidates, count: 25)
    for count in 0..<25 {
      let before = Array(ranking.picks.prefix(count))
      let base = value(name, before, candidates)
      let rest = (0..<25).filter { !before.contains($0) }
      let gains = rest.map { value(name, before + [$0], candidates) - base }.sorted(by: >)
      #expect(abs(Double(ranking.gains[count].reduce(0, +)) - gains[0]) < 1e-5)
      if count > 0 {
        let bound = gains.prefix(count).reduce(0, +)
        #expect(abs(Double(ranking.bounds[count - 1]) - bound) < 1e-4)
      }
    }
  }

  @Test(arguments: certified, [1, 2, 3, 4] as [UInt64])
  func optimumIsWithinTheGuaranteeAndTheCertificate(_ name: String, _ seed: UInt64) throws {
    let candidates = try randomCandidates(11, seed: seed, real: 9)
    let ranking = try Strategies.make(name).rank(candidates, count: 4)
    for count in 1...4 {
      let best = subsets(Array(0..<11), count).map { value(name, $0, candidates) }.max()!
      let reached = Double(ranking.objective(count))
      #expect(reached <= best + 1e-5)
      #expect(reached >= (1 - exp(-1)) * best)
      let certificate = Double(try #require(ranking.certificate(count)))
      #expect(reached >= certificate * best - 1e-5)
    }
  }

  /// Adding a row never lowers the function, and adds no more to a larger set: float gains, with
  /// no tolerance, since lazy evaluation rests on it.
  @Test(arguments: certified) func gainsNeverRise(_ name: String) throws {
    let candidates = try randomCandidates(60, seed: 13, real: 50)
    let ranking = try Strategies.make(name).rank(candidates, count: 60)
    let gains = ranking.gains.map { $0.reduce(0, +) }
    #expect(gains.allSatisfy { $0 >= 0 })
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func lazyIsPlainToTheBit(_ seed: UInt64) throws {
    let candidates = try randomCandidates(200, seed: seed, real: 150)
    func rank(_ lazily: Bool) -> Ranking {
      var objective = Coverage(candidates, weight: 0.7, memory: .max)
      return greedy(
        &objective, lazily: lazily, certified: true, extending: Ranking(), to: 120,
        over: candidates)
    }
    #expect(rank(true) == rank(false))
  }

  @Test func equalGainsGoToTheLowestId() throws {
    // Two orthogonal pairs: every candidate covers as much as any other.
    let features = Tensor([1, 0, 0, 1, -1, 0, 0, -1], shape: [4, 2])
    let candidates = try ClassCandidates(label: 0, ids: [4, 3, 2, 1], features: features)
    let ranking = try Strategies.make("facility-location").rank(candidates, count: 4)
    #expect(ranking.picks.map { candidates.ids[$0] }[0] == 1)
    #expect(Set(ranking.picks).count == 4)
  }
}

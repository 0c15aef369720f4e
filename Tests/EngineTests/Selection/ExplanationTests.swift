import Testing

@testable import Engine

@Suite struct ExplanationTests {
  @Test(arguments: [0, 30]) func reportsAgreeWithTheirDefinitions(_ real: Int) throws {
    let c = try randomCandidates(25, seed: 3, real: real, failing: 0.2)
    let ranking = try Strategies.make("facility-location").rank(c, count: 6)
    let reports = Explanation.explain(ranking.picks, of: c)
    #expect(reports.map(\.pick) == ranking.picks)
    for (position, report) in reports.enumerated() {
      #expect(abs(report.coverage - ranking.objective(position + 1)) < 1e-5)
      let nearest = ranking.picks.filter { $0 != report.pick }
        .map { 2 * similarity(c.features, report.pick, c.features, $0) - 1 }.max()!
      #expect(abs(Double(try #require(report.neighborCosine)) - nearest) < 1e-5)
      let own = 2 * similarity(c.features, report.pick, c.features, try #require(report.neighbor))
      #expect(abs(own - 1 - nearest) < 1e-5)
      for target in report.serves {
        let here = similarity(c.features, report.pick, c.targets, target)
        for other in ranking.picks {
          #expect(similarity(c.features, other, c.targets, target) <= here + 1e-6)
        }
      }
    }
    #expect(reports.flatMap(\.serves).sorted() == Array(0..<c.targets.rows))
    #expect(reports[0].improved == c.targets.rows)
    #expect(reports.dropFirst().allSatisfy { $0.improved >= $0.serves.count })
  }

  @Test func onePickHasNoNeighbor() throws {
    let c = try randomCandidates(5, seed: 1)
    #expect(Explanation.explain([2], of: c)[0].neighbor == nil)
    #expect(Explanation.explain([], of: c).isEmpty)
  }
}

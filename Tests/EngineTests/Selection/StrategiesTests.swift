import Testing

@testable import Engine

private let names = Strategies.all.map { $0.name }
private let nested = Strategies.all.filter { $0.isNested }.map { $0.name }
private let gated = names.filter { $0 != "first" && $0 != "random" }

@Suite struct StrategiesTests {
  @Test(arguments: names) func picksEveryCountOnce(_ name: String) throws {
    let strategy = try Strategies.make(name)
    for count in [0, 1, 5, 30] {
      let candidates = try randomCandidates(30, seed: 1, failing: 0.3)
      let ranking = try strategy.rank(candidates, count: count)
      #expect(ranking.picks.count == count)
      #expect(Set(ranking.picks).count == count)
      #expect(ranking.backfilled.count == count)
      #expect(ranking.gains.allSatisfy { $0.count == strategy.terms.count })
      #expect(ranking.bounds.isEmpty || ranking.bounds.count == count)
    }
  }

  @Test(arguments: names) func oneCandidateIsEnough(_ name: String) throws {
    for failing in [Float(0), 2] {
      let candidates = try randomCandidates(1, seed: 1, failing: failing)
      #expect(try Strategies.make(name).rank(candidates, count: 1).picks == [0])
    }
  }

  @Test(arguments: names) func moreThanThereAreIsAnError(_ name: String) throws {
    let candidates = try randomCandidates(5, seed: 1)
    #expect(throws: SelectionError.tooFew(label: 3, candidates: 5, asked: 6)) {
      try Strategies.make(name).rank(candidates, count: 6)
    }
  }

  @Test(arguments: nested) func prefixesAreShorterRankings(_ name: String) throws {
    let candidates = try randomCandidates(40, seed: 2, real: 25, failing: 0.2)
    let strategy = try Strategies.make(name)
    let long = try strategy.rank(candidates, count: 40)
    for count in 0...40 {
      #expect(try strategy.rank(candidates, count: count) == long.prefix(count))
    }
  }

  @Test(arguments: names) func extendingIsRankingFromNothing(_ name: String) throws {
    let candidates = try randomCandidates(150, seed: 3, real: 140, failing: 0.2)
    let strategy = try Strategies.make(name)
    let whole = try strategy.rank(candidates, count: 150)
    for cut in [0, 1, 17, 120, 140] {
      let known = try strategy.rank(candidates, count: cut)
      #expect(try strategy.rank(candidates, count: 150, extending: known) == whole)
    }
  }

  @Test(arguments: names) func inputOrderDoesNotMatter(_ name: String) throws {
    let parts = randomParts(150, seed: 4, real: 20, failing: 0.2)
    var random = Philox(seed: 9, .test)
    let strategy = try Strategies.make(name, seed: 5)
    let expected = try strategy.rank(try parts.candidates(Array(0..<150)), count: 30)
    for _ in 0..<3 {
      let shuffled = try parts.candidates(random.permutation(150))
      #expect(shuffled.ids == Array(0..<150))
      #expect(try strategy.rank(shuffled, count: 30) == expected)
    }
  }

  @Test(arguments: names) func memoryDoesNotMatter(_ name: String) throws {
    let candidates = try randomCandidates(300, seed: 6, failing: 0.1)
    let strategy = try Strategies.make(name)
    let expected = try strategy.rank(candidates, count: 20)
    #expect(try strategy.rank(candidates, count: 20, memory: 1) == expected)
    #expect(try strategy.rank(candidates, count: 20, memory: 2 * 128 * 300 * 4) == expected)
    #expect(try strategy.rank(candidates, count: 20) == expected)
  }

  @Test(arguments: gated) func thoseThatFailTheGateFillUp(_ name: String) throws {
    let candidates = try randomCandidates(20, seed: 7, failing: 0.5)
    let passing = candidates.passes.filter { $0 }.count
    #expect(passing > 3 && passing < 17)
    let ranking = try Strategies.make(name).rank(candidates, count: 20)
    for (position, row) in ranking.picks.enumerated() {
      #expect(candidates.passes[row] == (position < passing))
      #expect(ranking.backfilled[position] == (position >= passing))
    }
    #expect((ranking.certificate(passing) == nil) == ranking.bounds.isEmpty)
    #expect(ranking.certificate(passing + 1) == nil)
    let rest = ranking.picks[passing...].map { candidates.confidence[$0] }
    #expect(rest == rest.sorted(by: >))
  }

  @Test(arguments: gated) func duplicatesComeLast(_ name: String) throws {
    var random = Philox(seed: 8, .test)
    let features = random.normal([10, 4]).gather([0, 1, 2, 1, 3, 4, 0, 0, 5, 6])
    let scores: [Float] = [1, 2, 3, 9, 4, 5, 8, 7, 6, 0]
    let candidates = try ClassCandidates(
      label: 0, ids: Array(0..<10), features: features, reliability: scores, uncertainty: scores,
      confidence: scores, margin: scores)
    #expect(candidates.duplicates.indices.filter { candidates.duplicates[$0] } == [3, 6, 7])
    let ranking = try Strategies.make(name).rank(candidates, count: 10)
    #expect(ranking.picks.suffix(3) == [3, 6, 7])
    #expect(ranking.backfilled.map { $0 ? 1 : 0 } == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
  }

  @Test func theNearestNamesAreOffered() {
    #expect(
      throws: SelectionError.unknownStrategy(
        "kcentre", nearest: ["k-center", "entropy", "k-means"])
    ) { try Strategies.make("kcentre") }
  }

  @Test func theLargestQualityOfDPPOverflowsNothing() throws {
    let quality = try #require(DPP.parameters.first(where: { $0.name == "quality" }))
    let strategy = try Strategies.make("dpp", ["quality": quality.range.upperBound])
    let ranking = try strategy.rank(try randomCandidates(20, seed: 1), count: 20)
    let gains = ranking.gains.flatMap { $0 }
    #expect(gains.count { !$0.isFinite } == 0)
  }

  @Test func parametersAreChecked() throws {
    #expect(throws: SelectionError.self) { try Strategies.make("psr", ["delta": 1]) }
    #expect(throws: SelectionError.self) { try Strategies.make("psr", ["target": 1.5]) }
    #expect(throws: SelectionError.self) { try Strategies.make("psr", ["alpha": .nan]) }
    for type in Strategies.all {
      for parameter in type.parameters {
        #expect(parameter.range.contains(parameter.standard))
        _ = try Strategies.make(type.name, [parameter.name: parameter.range.lowerBound])
      }
    }
  }

  @Test(arguments: ["psr", "confidence", "margin", "entropy", "gist"])
  func missingScoresAreAnError(_ name: String) throws {
    let candidates = try ClassCandidates(
      label: 0, ids: [1, 2], features: Tensor([1, 0, 0, 1], shape: [2, 2]))
    #expect(throws: SelectionError.self) {
      try Strategies.make(name).rank(candidates, count: 1)
    }
  }

  @Test(arguments: names) func threadsDoNotMatter(_ name: String) throws {
    let candidates = try randomCandidates(300, seed: 6, dimensions: 64, failing: 0.1)
    let strategy = try Strategies.make(name)
    let rankings = try [1, 2, 3, 8].map { threads in
      try Threads.$count.withValue(threads) { try strategy.rank(candidates, count: 20) }
    }
    #expect(rankings.allSatisfy { $0 == rankings[0] })
  }
}

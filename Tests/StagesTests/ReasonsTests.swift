import Engine
import Foundation
import Store
import Testing

@testable import Stages

/// What picks are good for, and how selections, and images, compare.
@Suite struct ReasonsTests {
  let fixture: PoolFixture
  var pool: Pool { fixture.pool }

  init() throws {
    fixture = try PoolFixture()
    for ipc in [3, 6] { try select("s\(ipc)", ipc: ipc) }
  }

  private func select(_ name: String, ipc: Int, _ strategy: String = "psr") throws {
    var stage = Select(selection: name, ipc: ipc)
    stage.strategy = strategy
    _ = try stage.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
  }

  /// Features of an id as the pool has them, of unit length.
  private func feature(_ id: String) throws -> [Float] {
    let place = try pool.query(
      """
      SELECT s.entry, i.row FROM scorings AS s JOIN
        (SELECT id, class, entry, row FROM versions UNION ALL
          SELECT id, class, entry, row FROM images) AS i
        ON s.target = i.entry AND s.class = i.class WHERE i.id = ?
      """, [.text(id)]
    ).rows
    let (entry, row) = try (#require(place.first?[0].int), #require(place.first?[1].int))
    // Tensor 1 of a scoring in `PoolFixture`.
    let values = try pool.floats(Int64(entry), 1, rows: row..<row + 1)
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }

  private func cosine(_ a: String, _ b: String) throws -> Double {
    try Double(zip(feature(a), feature(b)).reduce(0) { $0 + $1.0 * $1.1 })
  }

  @Test func picksSayWhatTheyCoverAndWhoIsNearest() throws {
    let report = try Explain("s6").run(pool)
    let images = try pool.query("SELECT id FROM images WHERE class = 1 AND split = 'train'")
      .rows.compactMap { $0[0].string }
    let members = report.classes[1]
    let ids = members.picks.map(\.id)
    // Brute force over the real images of the class.
    let similarities = try images.map { image in try ids.map { try (1 + cosine(image, $0)) / 2 } }
    for (place, pick) in members.picks.enumerated() {
      let best = similarities.map { $0.prefix(place + 1).max() ?? 0 }
      let coverage = best.reduce(0, +) / Double(images.count)
      #expect(abs((try #require(pick.coverage)) - coverage) < 1e-4)
      let newly = similarities.count { row in
        row[place] > (row.prefix(place).max() ?? -.infinity) + 1e-6
      }
      #expect(abs((try #require(pick.newlyCovered)) - newly) <= 1)
      let others = try ids.filter { $0 != pick.id }.map { try cosine($0, pick.id) }
      #expect(abs((try #require(pick.nearestCosine)) - (others.max() ?? 0)) < 1e-4)
      #expect(abs(try cosine(#require(pick.nearest), pick.id) - (others.max() ?? 0)) < 1e-4)
    }
    #expect(members.picks.compactMap(\.serves).reduce(0, +) == images.count)
    #expect(members.coverage == members.picks.last?.coverage)
    // The coverage term is γ times the coverage.
    let term = members.picks.reduce(0) { $0 + ($1.gains.last ?? 0) }
    #expect(abs(term - (members.coverage ?? 0)) < 1e-4)
    // One pick alone is explained against all.
    let one = try Explain("s6", id: ids[4]).run(pool)
    #expect(one.classes.map(\.picks) == [[members.picks[4]]])
  }

  @Test func whatIsNotScoredHasNoReasons() throws {
    let bare = try PoolFixture(scored: false)
    var stage = Select(selection: "f", ipc: 2)
    stage.strategy = "first"
    _ = try stage.run(Context(pool: bare.pool, report: { _ in }, isCancelled: { false }))
    let report = try Explain("f").run(bare.pool)
    #expect(report.classes.allSatisfy { $0.coverage == nil && $0.picks[0].newlyCovered == nil })
  }

  @Test func theCurveAddsUpGains() throws {
    let curve = try ObjectiveCurve("s3").run(pool)
    // The ranking was extended after the selection was cut: the curve is as long as its own.
    #expect(curve.points.map(\.ipc) == [1, 2, 3] && curve.ipc == 3)
    let long = try ObjectiveCurve("s6").run(pool)
    #expect(long.points.count == 6)
    #expect(Array(long.points.prefix(3)) == curve.points)
    let explained = try Explain("s6").run(pool)
    let objective = explained.classes.compactMap(\.objective).reduce(0, +) / 2
    #expect(abs((long.points.last?.objective ?? 0) - objective) < 1e-5)
    for (a, b) in zip(long.points, long.points.dropFirst()) {
      #expect(b.objective >= a.objective && b.gain <= a.gain + 1e-6)
      #expect(abs(b.terms.reduce(0, +) - b.objective) < 1e-9)
    }
    let certificate = try #require(long.points.last?.certificate)
    #expect(abs(certificate - (explained.certificateMean ?? 0)) < 1e-5)
    #expect(long.plot.series.map(\.name) == ["objective"] + long.terms)
  }

  /// An image of four cells holds four picks.
  @Test func theCurveGoesByImages() throws {
    var stage = Select(selection: "four", ipc: 2)
    stage.factor = 2
    _ = try stage.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
    let curve = try ObjectiveCurve("four").run(pool)
    #expect(curve.points.map(\.ipc) == [1, 2])
    let picks = try ObjectiveCurve("s6").run(pool)
    let gains = picks.points.prefix(4).reduce(0) { $0 + $1.gain }
    #expect(abs((curve.points.first?.gain ?? 0) - gains) < 1e-6)
    #expect(abs((curve.points.first?.objective ?? 0) - picks.points[3].objective) < 1e-6)
  }

  @Test(arguments: ["teacher", "views", "flips"])
  func aScoringIsOfOneTeacherAndItsViews(_ other: String) throws {
    switch other {
    case "teacher": try fixture.addCandidatesOfAnotherTeacher()
    case "views": try fixture.addCandidates(views: 4)
    default: try fixture.addCandidates(flips: false)
    }
    for question in [
      { _ = try Similar("1-00005-0123abcd@0").run(pool) }, { try select("new", ipc: 3, "psr") },
    ] {
      let error = #expect(throws: PoolError.self) { try question() }
      #expect(error?.code == .usage && error?.message.contains("two teachers") == true)
    }
    var all = Select(selection: "all", ipc: 36)
    (all.strategy, all.classes) = ("first", ["0"])
    _ = try all.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
    // Nothing is compared where no scores are asked for.
    try select("first", ipc: 3, "first")
    let mixed = try Explain("all").run(pool).classes[0]
    #expect((mixed.coverage == nil) == (other == "teacher"))
  }

  @Test func curvesAreWrittenAsTheirNamesSay() throws {
    let curve = try ObjectiveCurve("s6").run(pool)
    let path = fixture.directory.appendingPathComponent("curve").path
    try curve.plot.write(to: path + ".svg")
    try curve.plot.write(to: path + ".PNG")
    #expect(try String(contentsOfFile: path + ".svg", encoding: .utf8).hasPrefix("<svg"))
    #expect(try Data(contentsOf: URL(filePath: path + ".PNG")).starts(with: [0x89, 0x50]))
    let error = #expect(throws: PoolError.self) { try curve.plot.write(to: path + ".pdf") }
    #expect(error?.code == .usage)
    try select("r", ipc: 2, "random")
    #expect(#expect(throws: PoolError.self) { try ObjectiveCurve("r").run(pool) }?.code == .usage)
    #expect(
      #expect(throws: PoolError.self) { try ObjectiveCurve("x").run(pool) }?.code == .notFound)
  }

  @Test(arguments: [Source.pool, .real]) func similarFindsTheNearestOfAll(_ source: Source) throws {
    let id = "1-00005-0123abcd@0"
    var question = Similar(id)
    question.count = 7
    question.source = source
    let report = try question.run(pool)
    let all = try pool.query(
      source == .pool
        ? "SELECT id FROM versions" : "SELECT id FROM images WHERE split = 'train'"
    ).rows.compactMap { $0[0].string }.filter { $0 != id }
    let cosines = try all.map { try cosine($0, id) }.sorted(by: >)
    #expect(report.matches.count == 7)
    for (match, expected) in zip(report.matches, cosines) {
      #expect(abs(match.cosine - expected) < 1e-4)
      #expect(abs(match.cosine - (try cosine(match.id, id))) < 1e-4)
      #expect(match.class == (match.id.hasPrefix("1") || match.id.contains("-1-") ? 1 : 0))
    }
  }

  @Test func similarLooksAtNothingDropped() throws {
    var question = Similar("0-00002-0123abcd")
    question.count = 1
    let nearest = try #require(try question.run(pool).matches.first?.id)
    try pool.drop([nearest], reason: "test")
    #expect(try question.run(pool).matches.first?.id != nearest)
    #expect(throws: PoolError.self) { try Similar("nothing").run(pool) }
    question.scoring = "other"
    let error = #expect(throws: PoolError.self) { try question.run(pool) }
    #expect(error?.code == .notFound && error?.remedy.contains("--name other") == true)
  }

  @Test func duplicatesAreAllPairsAboveTheThreshold() throws {
    var question = Duplicates()
    question.threshold = 0.9
    question.classes = ["dog"]
    let report = try question.run(pool)
    let ids = try pool.query("SELECT id FROM versions WHERE class = 1 ORDER BY id")
      .rows.compactMap { $0[0].string }
    var expected = 0
    for (i, a) in ids.enumerated() {
      for b in ids.dropFirst(i + 1) where try cosine(a, b) >= 0.9 { expected += 1 }
    }
    #expect(expected > 0 && report.count == expected && report.candidates == 24)
    for pair in report.pairs {
      #expect(pair.first < pair.second && pair.cosine >= 0.9)
      #expect(abs(try cosine(pair.first, pair.second) - pair.cosine) < 1e-4)
    }
    for (a, b) in zip(report.pairs, report.pairs.dropFirst()) { #expect(a.cosine >= b.cosine) }
    question.limit = 1
    let short = try question.run(pool)
    #expect(short.pairs == [report.pairs[0]] && short.count == expected)
    question.threshold = 2
    #expect(#expect(throws: PoolError.self) { try question.run(pool) }?.code == .usage)
  }

  @Test func diffHasObjectiveAndCoverageOfEach() throws {
    try select("near", ipc: 3, "random")
    try select("herd", ipc: 3, "herding")
    let explained = try Explain("s3").run(pool)
    for other in ["near", "herd"] {
      let report = try Diff(from: "s3", to: other).run(pool)
      for (line, members) in zip(report.classes, explained.classes) {
        // Those of two strategies do not compare.
        #expect(line.fromObjective == nil && line.toObjective == nil)
        #expect(line.fromCoverage == members.coverage)
        #expect(line.toCoverage != nil && line.toCoverage != line.fromCoverage)
      }
    }
    let longer = try Explain("s6").run(pool)
    let report = try Diff(from: "s3", to: "s6").run(pool)
    #expect(report.classes.map(\.fromObjective) == explained.classes.map(\.objective))
    #expect(report.classes.map(\.toObjective) == longer.classes.map(\.objective))
  }

  @Test func diffTakesAClassThatOneOfTheTwoLacks() throws {
    var stage = Select(selection: "dogs", ipc: 3)
    stage.classes = ["dog"]
    _ = try stage.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
    let report = try Diff(from: "s3", to: "dogs").run(pool)
    #expect(report.classes.map(\.removed.count) == [3, 0])
    #expect(report.classes[0].toCoverage == nil && report.classes[0].fromCoverage != nil)
  }

  @Test func aStoppedRankingGoesOnWithTheClassesLeft() throws {
    var stage = Select(selection: "dpp", ipc: 5)
    stage.strategy = "dpp"
    let plan = try RankingPlan(stage, in: pool)
    let ranking = RankSlice(stage: stage, plan: plan, known: nil, blockSize: 1)
    var steps = 0
    let stopping = Context(
      pool: pool,
      report: { _ in steps += 1 }, isCancelled: { steps == 1 })
    #expect(throws: Interrupted.self) { try ranking.run(stopping) }
    let part = try #require(try StoredRanking.find(key: plan.key + "/0", in: pool))
    #expect(part.labels == [0])
    #expect(try StoredRanking.find(key: plan.key, in: pool) == nil)
    let head = pool.head.sequence
    let context = Context(pool: pool, report: { _ in }, isCancelled: { false })
    let whole = try ranking.run(context)
    // The second class was ranked, and all of it stored; the first was found.
    #expect(pool.head.sequence == head + 1 && whole.labels == [0, 1])
    #expect(try StoredRanking.find(key: plan.key + "/0", in: pool) == nil)
    let fresh = try PoolFixture()
    for pool in [pool, fresh.pool] {
      _ = try stage.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
    }
    let query = "SELECT id, gain, bound FROM members WHERE selection = 'dpp' ORDER BY class, rank"
    #expect(try pool.query(query).rows == fresh.pool.query(query).rows)
  }
}

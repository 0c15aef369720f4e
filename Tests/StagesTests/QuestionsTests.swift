import Store
import Testing

@testable import Stages

@Suite struct QuestionsTests {
  private func fixture() throws -> PoolFixture {
    let fixture = try PoolFixture()
    let context = Context(pool: fixture.pool, report: { _ in }, isCancelled: { false })
    _ = try Select(selection: "three", ipc: 3).run(context)
    _ = try Select(selection: "five", ipc: 5).run(context)
    return fixture
  }

  @Test func lsFindsByConditionAndClass() throws {
    let fixture = try fixture()
    var question = ListVersions()
    question.condition = "confidence > 0.5"
    question.className = "dog"
    let table = try question.run(fixture.pool)
    let label = try #require(table.columns.firstIndex(of: "class"))
    let confidence = try #require(table.columns.firstIndex(of: "confidence"))
    #expect(!table.rows.isEmpty)
    #expect(table.rows.allSatisfy { $0[label] == 1 && ($0[confidence].double ?? 0) > 0.5 })
    question.limit = 1
    #expect(try question.run(fixture.pool).isTruncated)
    question.className = "dgo"
    let error = #expect(throws: PoolError.self) { try question.run(fixture.pool) }
    #expect(error?.message.contains("'dog'") == true)
    #expect(error?.code == .notFound)
  }

  @Test func aClassIsItsNameBeforeItsNumber() throws {
    let pool = try PoolFixture(classes: ["1", "0"])
    #expect(try classNumber("1", in: pool.pool) == 0)
    #expect(try classNumber("0", in: pool.pool) == 1)
    #expect(RealPool.code { _ = try classNumber("7", in: pool.pool) } == .notFound)
  }

  @Test func asOfAnswersAsItStood() throws {
    let fixture = try fixture()
    var question = ListVersions()
    question.limit = 1000
    #expect(try question.run(fixture.pool).rows.count == 48)
    let birth = try #require(try fixture.pool.entries(.generate).first)
    #expect(try question.run(fixture.pool, asOf: birth.sequence).rows.count == 12)
  }

  @Test func showGathersScoresVersionsAndSelections() throws {
    let fixture = try fixture()
    let member = try fixture.pool.query(
      "SELECT candidate FROM members WHERE selection = 'three' LIMIT 1")
    let id = try #require(member.rows.first?.first?.string)
    let report = try Show(id).run(fixture.pool)
    #expect(report.id == id + "@0")
    #expect(report.scores.map(\.scoring) == ["base"])
    #expect(report.selections.map(\.selection) == ["three", "five"])
    #expect(try Show("squares-train-0-00003").run(fixture.pool).kind == "image")
    #expect(throws: PoolError.self) { try Show("nothing").run(fixture.pool) }
  }

  @Test func lineageEndsAtWeightsAndRealImages() throws {
    let fixture = try fixture()
    let graph = try Lineage("1-00003-0123abcd").run(fixture.pool)
    #expect(graph.root == "1-00003-0123abcd@0")
    let kinds = graph.nodes.map(\.kind)
    #expect(kinds.count { $0 == .model } == 2)
    #expect(kinds.contains(.dataset))
    let generation = try #require(graph.nodes.first { $0.kind == .activity })
    #expect(generation.details["seed"] == "7")
    #expect(generation.digest == (try fixture.pool.entry(generation.entry)).digest)
    // Everything hangs together.
    let reached = Set(graph.edges.map(\.to)).union([graph.root])
    #expect(reached == Set(graph.nodes.map(\.id)))
  }

  @Test func explainAddsUp() throws {
    let fixture = try fixture()
    let report = try Explain("five").run(fixture.pool)
    #expect(report.classes.map(\.picks.count) == [5, 5])
    for members in report.classes {
      for pick in members.picks {
        let gain = try #require(pick.gain)
        #expect(pick.gains.count == report.terms.count)
        #expect(abs(pick.gains.reduce(0, +) - gain) < 1e-5)
      }
      let certificate = try #require(members.certificate)
      #expect(certificate > 0.5 && certificate <= 1)
    }
    let id = report.classes[1].picks[2].id
    let one = try Explain("five", id: id).run(fixture.pool)
    #expect(one.classes.map { $0.picks.map(\.id) } == [[id]])
    let error = #expect(throws: PoolError.self) { try Explain("fife").run(fixture.pool) }
    #expect(error?.message.contains("'five'") == true)
  }

  @Test func diffOfNestedSelectionsOnlyAdds() throws {
    let fixture = try fixture()
    let report = try Diff(from: "three", to: "five").run(fixture.pool)
    #expect([report.kept, report.changed, report.removed, report.added] == [6, 0, 0, 4])
    #expect(!report.isEmpty)
    #expect(try Diff(from: "five", to: "five").run(fixture.pool).isEmpty)
  }

  @Test func infoCounts() throws {
    let fixture = try fixture()
    let report = try Info().run(fixture.pool)
    #expect(report.fingerprint == fixture.pool.head.digest)
    #expect(report.classes.map(\.candidates) == [24, 24])
    #expect(report.classes.map(\.scored) == [24, 24])
    #expect(report.classes.map(\.correct) == [20, 20])
    #expect(report.models.count == 4)
    #expect(report.selections.map(\.members) == [6, 10])
    #expect(report.bytes > 0 && report.allocatedBytes > 0)
    // Of the first scoring, whatever others say; refined versions are versions, too.
    try fixture.scoreAgain("other")
    #expect(try Info().run(fixture.pool).classes == report.classes)
    try fixture.refine()
    let refined = try Info().run(fixture.pool).classes
    #expect(refined.map(\.versions) == [26, 24])
    #expect(refined.map(\.scored) == [26, 24])
    #expect(refined.map(\.correct) == [21, 20])
  }

  /// A candidate's name stands for the version that the selection holds, not for the newest.
  @Test func explainFindsWhatWasRefinedSince() throws {
    let fixture = try fixture()
    let context = Context(pool: fixture.pool, report: { _ in }, isCancelled: { false })
    _ = try Select(selection: "all", ipc: 24).run(context)
    try fixture.refine()
    let report = try Explain("all", id: "0-00000-0123abcd").run(fixture.pool)
    #expect(report.classes.flatMap(\.picks).map(\.id) == ["0-00000-0123abcd@0"])
    let error = #expect(throws: PoolError.self) {
      try Explain("all", id: "0-00000-0123abcd@1").run(fixture.pool)
    }
    #expect(error?.code == .notFound)
  }

  /// What was scored, and merged, since has no say in the past, nor of what was selected before.
  @Test func featuresAreOfThePastThatIsAskedAbout() throws {
    let fixture = try fixture()
    let before = fixture.pool.head.sequence
    let explained = try Explain("three").run(fixture.pool)
    try fixture.addCandidatesOfAnotherTeacher()
    #expect(try Explain("three").run(fixture.pool) == explained)
    #expect(try Explain("three").run(fixture.pool, asOf: before) == explained)
    let id = try #require(explained.classes.first?.picks.first?.id)
    #expect(try Similar(id).run(fixture.pool, asOf: before).matches.count == 10)
  }

  /// A drop is no reason not to say what an image was made of.
  @Test func lineageFollowsWhatWasDropped() throws {
    let fixture = try fixture()
    try fixture.refine()
    let before = fixture.pool.head.sequence
    let id = "0-00001-0123abcd@1"
    try fixture.pool.drop([id], reason: "test")
    let graph = try Lineage(id).run(fixture.pool, asOf: before)
    #expect(graph.edges(from: id).map(\.relation).contains("refined from"))
    #expect(graph.node("0-00001-0123abcd@0") != nil)
  }
}

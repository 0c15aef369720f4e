import Engine
import Foundation
import Store
import Testing

@testable import Stages

@Suite struct SelectTests {
  private func run(_ stage: Select, _ fixture: PoolFixture) throws -> Select.Report {
    let context = Context(pool: fixture.pool, report: { _ in }, isCancelled: { false })
    return try stage.run(context)
  }

  private func members(_ name: String, _ pool: Pool) throws -> [[String]] {
    let rows = try pool.query(
      "SELECT class, id FROM members WHERE selection = ? ORDER BY class, rank", [.text(name)]
    ).rows
    return (0..<2).map { label in
      rows.filter { $0[0].int == label }.compactMap { $0[1].string }
    }
  }

  @Test func smallerIPCIsACutAndLargerExtends() throws {
    let fixture = try PoolFixture()
    let first = try run(Select(selection: "five", ipc: 5), fixture)
    #expect(!first.reused)
    #expect(first.members == 10)
    #expect(first.classes == 2)
    let certificate = try #require(first.certificateMin)
    #expect(certificate > 0.5 && certificate <= 1)
    let small = try run(Select(selection: "three", ipc: 3), fixture)
    #expect(small.reused)
    #expect(small.ranking == first.ranking)
    let large = try run(Select(selection: "eight", ipc: 8), fixture)
    #expect(!large.reused)
    let five = try members("five", fixture.pool)
    let eight = try members("eight", fixture.pool)
    #expect(try members("three", fixture.pool) == five.map { Array($0.prefix(3)) })
    #expect(eight.map { Array($0.prefix(5)) } == five)
    #expect(eight.allSatisfy { Set($0).count == 8 })
    // What was extended is what is found from then on.
    #expect(try run(Select(selection: "six", ipc: 6), fixture).ranking == large.ranking)
  }

  @Test func extendedRankingIsTheRankingFromNothing() throws {
    let extended = try PoolFixture()
    _ = try run(Select(selection: "a", ipc: 2), extended)
    _ = try run(Select(selection: "b", ipc: 9), extended)
    let fresh = try PoolFixture()
    _ = try run(Select(selection: "b", ipc: 9), fresh)
    #expect(try members("b", extended.pool) == members("b", fresh.pool))
  }

  /// Before anything is ranked.
  @Test func aNameOfAnotherIPCIsRefusedAtOnce() throws {
    let fixture = try PoolFixture()
    _ = try run(Select(selection: "five", ipc: 5), fixture)
    let head = fixture.pool.head
    let error = #expect(throws: PoolError.self) {
      try run(Select(selection: "five", ipc: 9), fixture)
    }
    #expect(error?.code == .usage)
    #expect(fixture.pool.head == head)
    for ipc in [0, 10_000_001, .max] {
      let error = #expect(throws: PoolError.self) {
        try run(Select(selection: "x", ipc: ipc), fixture)
      }
      #expect(error?.code == .usage)
    }
  }

  @Test func againIsNothingNew() throws {
    let fixture = try PoolFixture()
    _ = try run(Select(selection: "five", ipc: 5), fixture)
    let head = fixture.pool.head.sequence
    #expect(try run(Select(selection: "five", ipc: 5), fixture).reused)
    #expect(fixture.pool.head.sequence == head)
  }

  @Test func aNameIsNeverOverwritten() throws {
    let fixture = try PoolFixture()
    _ = try run(Select(selection: "five", ipc: 5), fixture)
    let error = #expect(throws: PoolError.self) {
      try run(Select(selection: "five", ipc: 4), fixture)
    }
    #expect(error?.code == .usage)
    #expect(error?.remedy.contains("--name") == true)
  }

  @Test(arguments: Strategies.all.map { $0.name })
  func everyStrategySelects(_ strategy: String) throws {
    let fixture = try PoolFixture()
    var stage = Select(selection: "s", ipc: 4)
    stage.strategy = strategy
    // The fixture's scores have no margin.
    if strategy == "margin" {
      #expect(throws: PoolError.self) { try run(stage, fixture) }
      return
    }
    #expect(try run(stage, fixture).members == 8)
    #expect(try members("s", fixture.pool).allSatisfy { Set($0).count == 4 })
  }

  @Test func whatFailsTheGateOnlyFillsUp() throws {
    let fixture = try PoolFixture()
    var stage = Select(selection: "all", ipc: 24)
    (stage.strategy, stage.classes) = ("confidence", ["0"])
    #expect(try run(stage, fixture).flagged == 4)
    let filled = try run(Select(selection: "filled", ipc: 24), fixture)
    #expect((filled.flagged, filled.certificateMin, filled.certificateMean) == (8, nil, nil))
    let members = try fixture.pool.query(
      "SELECT id, flagged FROM members WHERE selection = 'all' ORDER BY rank")
    let expected = try fixture.pool.query(
      """
      SELECT id, NOT correct FROM version_scores WHERE class = 0
      ORDER BY correct DESC, confidence DESC
      """)
    #expect(members.rows == expected.rows)
  }

  /// Greedily over all candidates in NumPy, by the formula in `PSR` and the numbers of
  /// `PoolFixture`; no two gains there are nearer than 0.0004.
  @Test func psrRanksByStoredScoresAndFeatures() throws {
    let fixture = try PoolFixture()
    _ = try run(Select(selection: "eight", ipc: 8), fixture)
    let numbers = ["05", "20", "14", "18", "08", "04", "02", "17"]
    let expected = (0..<2).map { label in numbers.map { "\(label)-000\($0)-0123abcd@0" } }
    #expect(try members("eight", fixture.pool) == expected)
  }

  @Test func firstIsTheFirstCandidatesInWhateverOrderTheyWereMade() throws {
    let fixture = try PoolFixture(scored: false)
    var stage = Select(selection: "first", ipc: 3)
    stage.strategy = "first"
    let report = try run(stage, fixture)
    #expect(report.flagged == 0)
    #expect(
      try members("first", fixture.pool)[0]
        == ["0-00000-0123abcd@0", "0-00001-0123abcd@0", "0-00002-0123abcd@0"])
  }

  @Test func realImagesAreRankedToo() throws {
    let fixture = try PoolFixture()
    for strategy in ["random", "herding"] {
      var stage = Select(selection: "real-\(strategy)", ipc: 10)
      stage.strategy = strategy
      stage.source = .real
      #expect(try run(stage, fixture).members == 20)
      let ids = try members("real-\(strategy)", fixture.pool)
      #expect(ids.joined().allSatisfy { $0.hasPrefix("squares-train-") })
    }
  }

  @Test func aConditionCutsTheSlice() throws {
    let fixture = try PoolFixture()
    var stage = Select(selection: "low", ipc: 3)
    stage.condition = "confidence < 0.5"
    _ = try run(stage, fixture)
    let high = try fixture.pool.query(
      """
      SELECT count(*) FROM members JOIN version_scores USING (id)
      WHERE selection = 'low' AND confidence >= 0.5
      """)
    #expect(high.rows == [[0]])
    stage.condition = "confidense < 0.5"
    stage.selection = "other"
    let error = #expect(throws: PoolError.self) { try run(stage, fixture) }
    #expect(error?.code == .usage)
  }

  @Test func anImageMayHoldSeveralMembers() throws {
    let fixture = try PoolFixture()
    var stage = Select(selection: "formed", ipc: 2)
    stage.factor = 2
    let report = try run(stage, fixture)
    #expect((report.ipc, report.factor, report.members) == (2, 2, 16))
    let row = try fixture.pool.query("SELECT ipc, factor, counts FROM selections").rows[0]
    #expect((row[0].int, row[1].int, row[2].string) == (2, 2, "[8,8]"))
    // The same ranking as for as many images that hold one each.
    #expect(try run(Select(selection: "plain", ipc: 8), fixture).reused)
    #expect(try members("plain", fixture.pool) == members("formed", fixture.pool))
    let reader = try SelectionReader("formed", in: fixture.pool)
    #expect(reader.heldLabels == [0, 0, 1, 1])
    #expect(try reader.packed().count == 4 * reader.imageShape().reduce(1, *))

    var other = Select(selection: "formed", ipc: 8)
    #expect(#expect(throws: PoolError.self) { try run(other, fixture) }?.code == .usage)
    other = Select(selection: "other", ipc: 7)
    other.factor = 2
    let few = #expect(throws: PoolError.self) { try run(other, fixture) }
    #expect(few?.message.contains("24 candidates, fewer than the 28") == true)
    other.ipc = 1
    for factor in [0, 5, 17] {
      other.factor = factor
      let wrong = #expect(throws: PoolError.self) { try run(other, fixture) }
      #expect((wrong?.code, wrong?.remedy.contains("--factor")) == (.usage, true))
    }
    (other.factor, other.allocation) = (2, .adaptive)
    #expect(#expect(throws: PoolError.self) { try run(other, fixture) }?.code == .usage)
  }

  @Test func errorsSayWhatToDo() throws {
    let fixture = try PoolFixture()
    let large = #expect(throws: PoolError.self) {
      try run(Select(selection: "x", ipc: 100), fixture)
    }
    #expect(large?.message.contains("Class 0 (cat) has 24 candidates") == true)
    #expect(large?.remedy.contains("psrdb generate --per-class 100") == true)
    var misspelt = Select(selection: "x", ipc: 1)
    misspelt.strategy = "herdin"
    let unknown = #expect(throws: PoolError.self) { try run(misspelt, fixture) }
    #expect(unknown?.message.contains("herding") == true)
    let unscored = try PoolFixture(scored: false)
    let missing = #expect(throws: PoolError.self) {
      try run(Select(selection: "x", ipc: 1), unscored)
    }
    #expect(missing?.remedy == "psrdb score")
    #expect(missing?.code == .notFound)
  }

  @Test func interruptedLeavesNothingHalfDone() throws {
    let fixture = try PoolFixture()
    let head = fixture.pool.head.sequence
    let context = Context(pool: fixture.pool, report: { _ in }, isCancelled: { true })
    #expect(throws: Interrupted.self) { try Select(selection: "x", ipc: 3).run(context) }
    #expect(fixture.pool.head.sequence == head)
  }
}

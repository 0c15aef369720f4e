import Engine
import Foundation
import Stages
import Store
import Testing

/// Which candidates are chosen from, and that a ranking of the same slice is found again.
@Suite struct SliceTests {
  let fixture: PoolFixture
  var pool: Pool { fixture.pool }

  init() throws { fixture = try PoolFixture() }

  @discardableResult
  private func select(
    _ name: String, ipc: Int, _ change: (inout Select) -> Void = { _ in }
  ) throws -> Select.Report {
    var stage = Select(selection: name, ipc: ipc)
    change(&stage)
    return try stage.run(
      Context(pool: pool, report: { _ in }, isCancelled: { false }))
  }

  private func members(_ name: String) throws -> [String] {
    try pool.query(
      "SELECT id FROM members WHERE selection = ? ORDER BY class, rank", [.text(name)]
    ).rows.compactMap { $0[0].string }
  }

  @Test func classesAreCutByNumberOrName() throws {
    let whole = try select("whole", ipc: 3)
    let part = try select("part", ipc: 3) { $0.classes = ["dog"] }
    #expect(part.classes == 1 && part.members == 3 && part.ranking != whole.ranking)
    #expect(try members("part") == Array(members("whole").suffix(3)))
    #expect(try select("again", ipc: 2) { $0.classes = ["1"] }.reused)
    let error = #expect(throws: PoolError.self) { try select("x", ipc: 1) { $0.classes = ["dgo"] } }
    #expect(error?.code == .notFound && error?.message.contains("'dog'") == true)
    let missing = #expect(throws: PoolError.self) {
      try select("x", ipc: 1) { $0.classes = ["1", "7"] }
    }
    #expect(missing?.code == .notFound && missing?.message.contains("class '7'") == true)
  }

  /// "é" may be one character or two, which look alike and are other bytes to the index.
  @Test func aNameHasOneSpelling() throws {
    try select("caf\u{E9}", ipc: 1)
    let made = #expect(throws: PoolError.self) { try select("cafe\u{301}", ipc: 1) }
    #expect(made?.code == .usage)
    let asked = #expect(throws: PoolError.self) { try Explain("cafe\u{301}").run(pool) }
    #expect(asked?.code == .notFound)
  }

  @Test func theScoringThatIsNamedDecides() throws {
    try fixture.scoreAgain("other")
    try select("base", ipc: 4) { $0.strategy = "confidence" }
    let other = try select("other", ipc: 4) { ($0.strategy, $0.scoring) = ("confidence", "other") }
    #expect(!other.reused)
    let surest = try pool.query(
      """
      SELECT id FROM version_scores WHERE scoring = 'other' AND class = 0 AND correct
      ORDER BY confidence DESC LIMIT 4
      """
    ).rows.compactMap { $0[0].string }
    #expect(surest.count == 4)
    #expect(try Array(members("other").prefix(4)) == surest)
    #expect(try members("base") != members("other"))
  }

  /// Other data sets serve training alone, whatever their classes are called.
  @Test func classesAreThoseOfThePoolsDataSet() throws {
    try fixture.addDataset("others", classes: ["dog", "owl"])
    try select("dogs", ipc: 1) { $0.classes = ["dog"] }
    #expect(try members("dogs").allSatisfy { $0.hasPrefix("1-") })
    #expect(throws: PoolError.self) { try select("owls", ipc: 1) { $0.classes = ["owl"] } }
    #expect(try Show("others-train-0-00001").run(pool).className == "dog")
    #expect(try Show("squares-train-0-00001").run(pool).className == "cat")
    #expect(try Show("1-00001-0123abcd").run(pool).className == "dog")
  }

  /// The whole of a class may be dropped, or not fulfil a condition.
  @Test func classesOfWhichThereIsNothingAreTold() throws {
    try pool.drop(
      pool.query("SELECT id FROM versions WHERE class = 1").rows.compactMap { $0[0].string },
      reason: "ugly")
    #expect(try select("all", ipc: 1).missingClasses == ["dog"])
    #expect(try select("one", ipc: 1) { $0.classes = ["cat"] }.missingClasses.isEmpty)
  }

  @Test func fromAndExcludeDivideASelection() throws {
    try select("ten", ipc: 10)
    try select("four", ipc: 4)
    try select("rest", ipc: 6) {
      $0.from = "ten"
      $0.exclude = "four"
      $0.strategy = "confidence"
    }
    let (ten, four, rest) = try (members("ten"), members("four"), members("rest"))
    #expect(Set(rest).isDisjoint(with: four))
    #expect(Set(rest).union(four) == Set(ten))
    let error = #expect(throws: PoolError.self) { try select("x", ipc: 7) { $0.from = "tne" } }
    #expect(error?.code == .notFound && error?.message.contains("'ten'") == true)
    let real = #expect(throws: PoolError.self) {
      try select("x", ipc: 2) {
        $0.source = .real
        $0.from = "ten"
      }
    }
    #expect(real?.code == .usage)
  }

  @Test(arguments: [
    (Versions.generated, ["0-00000-0123abcd@0", "0-00001-0123abcd@0"], 24),
    (.latest, ["0-00000-0123abcd@1", "0-00001-0123abcd@0"], 24),
    (.refined, ["0-00000-0123abcd@1", "0-00001-0123abcd@1"], 2),
    (.accepted, ["0-00000-0123abcd@1"], 1),
  ])
  func versionsAreOneOfEachCandidate(
    _ versions: Versions, _ first: [String], _ count: Int
  ) throws {
    try fixture.refine()
    try select("all", ipc: count) {
      $0.versions = versions
      $0.classes = ["0"]
      $0.strategy = "first"
    }
    #expect(try Array(members("all").prefix(2)) == first)
    // Scored strategies see the same rows.
    try select("scored", ipc: count) {
      $0.versions = versions
      $0.classes = ["0"]
    }
    #expect(try Set(members("scored")) == Set(members("all")))
  }

  @Test func fromKeepsTheVersionsASelectionHolds() throws {
    try fixture.refine()
    try select("fine", ipc: 2) {
      $0.versions = .refined
      $0.classes = ["0"]
    }
    try select("held", ipc: 2) { $0.from = "fine" }
    #expect(try Set(members("held")) == ["0-00000-0123abcd@1", "0-00001-0123abcd@1"])
    try select("born", ipc: 2) {
      $0.from = "fine"
      $0.versions = .generated
    }
    #expect(try Set(members("born")) == ["0-00000-0123abcd@0", "0-00001-0123abcd@0"])
  }

  @Test func generationsAreKnownByName() throws {
    let named = try select("named", ipc: 3) { $0.generation = "base" }
    try select("whole", ipc: 3)
    #expect(try members("named") == members("whole"))
    #expect(named.slice == "generation=base")
    let error = #expect(throws: PoolError.self) {
      try select("x", ipc: 1) { $0.generation = "bas" }
    }
    #expect(error?.code == .notFound && error?.message.contains("'base'") == true)
  }

  @Test func batchesGiveTheRowsThatSQLGives() throws {
    let candidates = try pool.query("SELECT id FROM candidates WHERE class = 0 ORDER BY number")
    let dropped = candidates.rows[3][0].string ?? ""
    try pool.drop([dropped + "@0"], reason: "test")
    try select("batches", ipc: 23) { $0.strategy = "first" }
    try select("rows", ipc: 23) {
      $0.strategy = "first"
      $0.condition = "1"
    }
    #expect(try members("batches") == members("rows"))
    #expect(try !members("batches").contains(dropped + "@0"))
  }

  @Test func aSliceIsFoundAgainUntilThePoolChanges() throws {
    func run(_ name: String) throws -> Bool {
      try select(name, ipc: 3) {
        $0.condition = "confidence > 0.2"
        $0.versions = .latest
      }.reused
    }
    #expect(try !run("a"))
    #expect(try run("b"))
    // Selecting changes no slice, refining does.
    try select("other", ipc: 2)
    #expect(try run("c"))
    try fixture.refine()
    #expect(try !run("d"))
  }

  @Test func whatWasGeneratedIsTheSameAfterRefining() throws {
    func run() throws -> Bool {
      try select("sure", ipc: 3) { $0.condition = "confidence > 0.2" }.reused
    }
    #expect(try !run())
    try fixture.refine()
    #expect(try run())
    try pool.drop(["0-00001-0123abcd@1"], reason: "refused")
    #expect(try run())
    try pool.drop(["0-00003-0123abcd@0"], reason: "ugly")
    #expect(throws: PoolError.self) { try run() }
  }

  /// It would be missing from a selection that keeps its name for good.
  @Test func whatIsNotScoredIsNotPassedOver() throws {
    try fixture.addBatch(24..<30)
    let error = #expect(throws: PoolError.self) { try select("new", ipc: 3) }
    #expect(error?.code == .usage && error?.remedy.hasPrefix("psrdb score") == true)
    #expect(error?.message.hasPrefix("6 candidates are not scored") == true)
    try select("first", ipc: 3) { $0.strategy = "first" }
    try select("sure", ipc: 3) { $0.condition = "confidence > 0.2" }
  }

  @Test func aConditionWithAQuestionIsAskedAgain() throws {
    try select("three", ipc: 3)
    func run(_ name: String) throws -> Select.Report {
      try select(name, ipc: 2) {
        $0.condition = "id NOT IN (SELECT id FROM members WHERE selection IN ('three', 'more'))"
      }
    }
    #expect(try !run("a").reused)
    #expect(try run("b").reused)
    try select("more", ipc: 6)
    #expect(try !run("c").reused)
    #expect(try Set(members("c")).isDisjoint(with: members("more")))
  }

  /// Rankings are kept for good, so a slice has to be the same the next time.
  @Test(arguments: [
    "random() > 0", "abs(RandomBlob (1)) = 0", "date('now') > ''", "date(\"now\") > ''",
    "time() = ''", "strftime('%s') > ''", "changes() = 0",
  ])
  func conditionsThatDoNotLastAreRefused(_ condition: String) throws {
    let error = #expect(throws: PoolError.self) {
      try select("x", ipc: 1) { $0.condition = condition }
    }
    #expect(error?.code == .usage)
    try select("y", ipc: 1) { $0.condition = "date('2026-01-01') > ''" }
  }

  /// One that closes what it did not open would undo what else is asked for.
  @Test(arguments: [
    "0) OR (1", "1) /*", "confidence < 0) OR (1", "(1", "1 ORDER BY 1", "1; SELECT 1",
  ])
  func aConditionIsOne(_ condition: String) throws {
    let error = #expect(throws: PoolError.self) {
      try select("x", ipc: 1) {
        $0.classes = ["0"]
        $0.condition = condition
      }
    }
    #expect(error?.code == .usage)
    #expect(throws: PoolError.self) { try ListVersions(where: condition).run(pool) }
    #expect(throws: PoolError.self) { try ListVersions(where: condition).ids(pool) }
  }

  @Test func aConditionMayEndInAComment() throws {
    try select("commented", ipc: 1) { $0.condition = "(confidence > 0.2) -- sure" }
    #expect(try !ListVersions(where: "1 -- all").run(pool).rows.isEmpty)
  }

  /// Only candidates are dropped.
  @Test func whatIsDroppedChangesNoRankingOfRealImages() throws {
    try select("real", ipc: 3) {
      $0.source = .real
      $0.strategy = "herding"
    }
    try pool.drop(["0-00003-0123abcd@0"], reason: "ugly")
    let again = try select("again", ipc: 3) {
      $0.source = .real
      $0.strategy = "herding"
    }
    #expect(again.reused)
  }

  /// A merge may bring batches that begin within others.
  @Test func candidatesComeByTheirNumbers() throws {
    let other = try PoolFixture()
    try other.addBatch(24..<40)
    other.pool.close()
    // The same candidates, of another machine.
    try fixture.addBatch(24..<28, salt: 1)
    try fixture.addBatch(28..<30, salt: 1)
    _ = try pool.merge(other.pool.path)
    try select("by batch", ipc: 40) {
      $0.classes = ["0"]
      $0.strategy = "first"
    }
    try select("by row", ipc: 40) {
      $0.classes = ["0"]
      $0.strategy = "first"
      $0.condition = "1"
    }
    let numbers = try members("by batch").map { $0.prefix(7) }
    #expect(numbers == numbers.sorted() && numbers.count == 40)
    #expect(try members("by batch") == members("by row"))
  }
}

import Foundation
import Testing

@testable import Store

/// Pools that hold the same candidates in part, or with other bytes, or made other things of them.
@Suite struct MergePlanTests {
  let fixture: Fixture
  let pool: Pool
  let other: Pool
  init() throws {
    fixture = try Fixture()
    pool = try fixture.create()
    other = try fixture.create("b.psr")
  }

  private func count(_ table: String) throws -> Value? {
    try pool.query("SELECT count(*) FROM \(table)").rows.first?.first
  }

  /// A second time nothing is taken, and the pool is whole.
  private func expectSettled() throws {
    let head = pool.head
    #expect(try pool.merge(other.path).entries == 0)
    #expect(pool.head == head)
    #expect(try pool.verify(deep: true) == [])
    let contents = try IndexTests.contents(pool)
    #expect(try IndexTests.contents(Fixture.reindexed(pool)) == contents)
  }

  /// A data set more is taken; where there is none in common, nothing is.
  @Test func poolsOfOtherImagesAreRefused() throws {
    func shoes() -> Draft {
      guard case .dataset(var content) = Fixture.dataset(.train).content else { fatalError() }
      content.dataset = "shoes"
      return Draft(.dataset(content), tensors: Fixture.dataset(.train).tensors)
    }
    try pool.append(Fixture.dataset(.train))
    try other.append(shoes())
    let head = pool.head
    let error = #expect(throws: PoolError.self) { try pool.merge(other.path) }
    #expect(error?.code == .usage && error?.message.contains("no data set in common") == true)
    #expect(pool.head == head)
    try pool.append(shoes())
    #expect(try pool.merge(other.path).entries == 0)
  }

  @Test func aDropSparesWhatSelectionsHold() throws {
    try Fixture.fill(pool)
    try other.append(Fixture.generate(class: 0, count: 6))
    try other.drop((0..<6).map { "0-0000\($0)-0123abcd@0" }, reason: "ugly")
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 1)
    #expect(merged.leftOut == 2)
    #expect(
      try pool.query("SELECT id FROM versions WHERE class = 0 AND version = 0 ORDER BY id").rows
        == [["0-00004-0123abcd@0"], ["0-00005-0123abcd@0"]])
    #expect(try pool.collect() == Reclaimed(tensors: 0, bytes: 0))
    try expectSettled()
  }

  @Test func whatWasMadeOfAConflictStaysThere() throws {
    try pool.append(Fixture.generate(class: 0, count: 4))
    let batch = try other.append(Fixture.generate(class: 0, count: 6, salt: 1)).sequence
    try other.append(Fixture.refine(parents: [(batch, 0), (batch, 4), (batch, 5)], class: 0))
    try other.drop(["0-00001-0123abcd@0", "0-00003-0123abcd@0"], reason: "of conflicts alone")
    try other.drop(["0-00000-0123abcd@1", "0-00005-0123abcd@0"], reason: "of others too")
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 3)
    #expect(merged.leftOut == 4)
    #expect(try count("conflicts") == 4)
    #expect(
      try pool.query("SELECT version, parent, verdict FROM refinements ORDER BY item").rows == [
        ["0-00004-0123abcd@1", "0-00004-0123abcd@0", "judge"],
        ["0-00005-0123abcd@1", "0-00005-0123abcd@0", "judge"],
      ])
    #expect(try pool.query("SELECT reason, versions FROM drops").rows == [["of others too", 1]])
    try expectSettled()
  }

  /// What lies between two rows that are not taken is an entry of its own.
  @Test func aRefinementIsTakenInRuns() throws {
    try pool.append(Fixture.generate(class: 0, first: 1, count: 1))
    let batch = try other.append(Fixture.generate(class: 0, count: 4, salt: 1)).sequence
    try other.append(
      Fixture.refine(parents: [(batch, 0), (batch, 1), (batch, 2), (batch, 3)], class: 0))
    try other.drop(["0-00003-0123abcd@1"], reason: "the last")
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 4)
    #expect(merged.leftOut == 1)
    #expect(
      try pool.query("SELECT version, verdict, judge_loss_before FROM refinements ORDER BY item")
        .rows == [
          ["0-00000-0123abcd@1", "accepted", 0.0], ["0-00002-0123abcd@1", "judge", 4.0],
          ["0-00003-0123abcd@1", "judge", 6.0],
        ])
    #expect(
      try pool.query("SELECT id FROM versions WHERE version = 1 ORDER BY id").rows
        == [["0-00000-0123abcd@1"], ["0-00002-0123abcd@1"]])
    try expectSettled()
  }

  @Test func aConflictIsNotTakenAgain() throws {
    try pool.append(Fixture.generate(class: 0, count: 2, salt: 1))
    try pool.append(Fixture.generate(class: 0, first: 2, count: 2))
    try other.append(Fixture.generate(class: 0, count: 6, salt: 1))
    #expect(try pool.merge(other.path).entries == 1)
    #expect(try count("conflicts") == 2)
    #expect(try count("candidates") == 6)
    try expectSettled()
  }

  @Test func theFlagIsOfTheTimeAskedAbout() throws {
    let before = try pool.append(Fixture.generate(class: 0, count: 3)).sequence
    try other.append(Fixture.generate(class: 0, first: 1, count: 1, salt: 1))
    _ = try pool.merge(other.path)
    let flagged = "SELECT id FROM version_scores WHERE nondeterministic"
    #expect(try pool.query(flagged).rows == [["0-00001-0123abcd@0"]])
    #expect(try pool.query(flagged, asOf: before).rows == [])
  }

  @Test func aScoringOfSomeRealImagesIsTaken() throws {
    try pool.append(Fixture.dataset(.train))
    let images = try other.append(Fixture.dataset(.train)).sequence
    try other.append(Fixture.score(target: images, class: 0, count: 2))
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 1)
    #expect(merged.known == 1)
    #expect(
      try pool.query("SELECT id FROM image_scores WHERE scoring = 'base' ORDER BY id").rows
        == [["tiny-train-0-00000"], ["tiny-train-0-00001"]])
    #expect(try pool.merge(other.path).known == 2)
    try expectSettled()
  }

  /// `score` goes by whole batches: it scores the rest of one anew.
  @Test func someScoresOfABatchAreLeftOut() throws {
    try pool.append(Fixture.generate(class: 0, count: 6))
    let batch = try other.append(Fixture.generate(class: 0, count: 4)).sequence
    try other.append(Fixture.score(target: batch, class: 0, count: 4))
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 0)
    #expect(merged.known == 1)
    #expect(merged.leftOut == 4)
  }

  @Test func whatWasFreedOfABatchHereInPartIsLeftOut() throws {
    try pool.append(Fixture.generate(class: 0, count: 2))
    let batch = try other.append(Fixture.generate(class: 0, count: 4)).sequence
    try other.append(Fixture.score(target: batch, class: 0, count: 4))
    try other.drop((0..<4).map { "0-0000\($0)-0123abcd@0" }, reason: "ugly")
    #expect(try other.collect().tensors == 4)
    let merged = try pool.merge(other.path)
    #expect(merged.entries == 1)
    // Of the batch, of its scores, of its drop.
    #expect(merged.leftOut == 2 + 2 + 2)
    #expect(try count("candidates") == 0)
    #expect(try pool.query("SELECT versions FROM drops").rows == [[2]])
    try expectSettled()
  }

  @Test func aPlanHoldsWhileThePoolStays() throws {
    try other.append(Fixture.generate(class: 0, count: 2))
    let plan = try MergePlan(from: other, into: pool)
    try pool.append(Fixture.model())
    let head = pool.head
    let note = Draft(.merge(MergeContent(pool: "b", head: other.head.digest, entries: 1)))
    let error = #expect(throws: PoolError.self) { try pool.take(plan, note) }
    #expect(error?.code == .failure)
    #expect(pool.head == head)
    try pool.append(Fixture.evaluate("s"))
    #expect(try pool.verify(deep: true) == [])
  }
}

import Foundation
import Testing

@testable import Store

@Suite struct MergeTests {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  /// A pool with data, a model, and scored candidates of some runs of one class.
  private func shard(_ name: String, _ runs: [Range<Int>], salt: Int = 0) throws -> Pool {
    let pool = try fixture.create(name)
    try pool.append(Fixture.dataset(.train))
    try pool.append(Fixture.model())
    for run in runs {
      let entry = try pool.append(
        Fixture.generate(class: 0, first: run.lowerBound, count: run.count, salt: salt))
      try pool.append(
        Fixture.score(target: entry.sequence, class: 0, count: run.count))
    }
    return pool
  }

  /// Candidates, digests and scores, without where they are.
  private func answers(_ pool: Pool) throws -> [[[Value]]] {
    try [
      "SELECT id, seed FROM candidates ORDER BY id",
      """
      SELECT id, nondeterministic, correct, confidence FROM version_scores WHERE scoring = 'base' ORDER BY id
      """,
      """
      SELECT g.first, t.name, t.sha256 FROM generations AS g JOIN tensors AS t USING (entry)
      ORDER BY 1, 2
      """,
      "SELECT id, position FROM images ORDER BY id",
      "SELECT digest, role FROM models ORDER BY 1",
    ].map { try pool.query($0).rows }
  }

  @Test func shardsMakeTheWhole() throws {
    let runs = [0..<10, 10..<20, 20..<30, 30..<40]
    let whole = try shard("whole.psr", runs)
    let pool = try fixture.create()
    for number in 0..<2 {
      let name = "shard\(number).psr"
      let shard = try shard(name, [runs[number], runs[number + 2]])
      let head = shard.head
      shard.close()
      let merged = try pool.merge(fixture.directory + "/" + name)
      #expect(merged.entries == (number == 0 ? 6 : 4))
      #expect(merged.known == (number == 0 ? 0 : 2))
      #expect(
        try pool.query("SELECT head FROM merges ORDER BY entry DESC LIMIT 1").rows
          == [[.text(head.digest)]])
    }
    #expect(try answers(pool) == answers(whole))
    #expect(try pool.verify(deep: true) == [])
    let contents = try IndexTests.contents(pool)
    #expect(try IndexTests.contents(Fixture.reindexed(pool)) == contents)
  }

  @Test func mergingTwiceTakesNothing() throws {
    let pool = try fixture.create()
    let other = try Fixture.fill(fixture.create("b.psr"))
    try other.drop(["0-00000-0123abcd@0"], reason: "x")
    let first = try pool.merge(other.path)
    #expect(first.entries == 9)
    #expect(first.leftBehind == 4)
    let head = pool.head
    let second = try pool.merge(other.path)
    #expect(second.entries == 0)
    #expect(pool.head == head)
    #expect(try pool.query("SELECT count(*) FROM versions WHERE version = 1").rows == [[2]])
    #expect(try pool.query("SELECT count(*) FROM versions").rows == [[13]])
    #expect(try pool.verify(deep: true) == [])
  }

  @Test func sameCandidatesInOtherBatchesAreNotTakenAgain() throws {
    let pool = try shard("a.psr", [0..<10])
    let other = try shard("b.psr", [0..<4, 4..<14])
    #expect(try pool.merge(other.path).entries == 2)
    #expect(try pool.query("SELECT count(*) FROM conflicts").rows == [[0]])
    #expect(
      try pool.query("SELECT first, candidates FROM generations ORDER BY 1").rows
        == [[0, 10], [10, 4]])
    #expect(try pool.query("SELECT count(*) FROM candidates").rows == [[14]])
    #expect(try pool.merge(other.path).entries == 0)
    #expect(
      try pool.query("SELECT count(*) FROM version_scores WHERE scoring = 'base'").rows == [[14]])
    #expect(try pool.verify(deep: true) == [])
  }

  @Test func otherBytesAreKeptAndFlagged() throws {
    let pool = try shard("a.psr", [0..<5])
    let other = try shard("b.psr", [0..<5], salt: 1)
    #expect(try pool.merge(other.path).entries == 2)
    #expect(
      try pool.query("SELECT count(*), sum(nondeterministic) FROM version_scores").rows == [[5, 5]])
    #expect(try pool.query("SELECT count(*) FROM conflicts").rows == [[5]])
    #expect(try pool.merge(other.path).entries == 0)
    #expect(try pool.verify(deep: true) == [])
  }

  private struct Stop: Error {}

  @Test func whatIsStoppedTakesNothing() throws {
    let pool = try shard("a.psr", [0..<5])
    let other = try shard("b.psr", [5..<400])
    let head = pool.head
    var told: [[Int]] = []
    #expect(throws: Stop.self) {
      try pool.merge(other.path) { done, total in
        told.append([done, total])
        // When the tensors are there already.
        if done == total { throw Stop() }
      }
    }
    let total = told[0][1]
    #expect(total > 0 && told == [[0, total], [total, total]])
    #expect(pool.head == head)
    #expect(try pool.verify(deep: true) == [])
    #expect(try pool.merge(other.path).entries == 2)
    #expect(try pool.verify(deep: true) == [])
  }

  @Test func noPoolIsNotSuggestedToBeMade() throws {
    let pool = try shard("a.psr", [0..<5])
    let error = #expect(throws: PoolError.self) { try pool.merge(pool.path + "-nowhere") }
    #expect(error?.code == .noPool && error?.remedy.contains("init") == false)
  }

  /// Freed by gc it would have been dropped.
  @Test func aTensorThatIsMissingThereIsDamage() throws {
    let pool = try shard("a.psr", [0..<5])
    let other = try shard("b.psr", [5..<400])
    _ = try other.environment.write { try $0.remove(other.environment.tensors, Key(4, 0)) }
    let head = pool.head
    let error = #expect(throws: PoolError.self) { try pool.merge(other.path) }
    #expect(error?.code == .damage && error?.remedy.contains("--pool \(other.path)") == true)
    #expect(pool.head == head)
    pool.close()
    #expect(try Pool.verify(at: pool.path, deep: true).findings == [])
    #expect(try fixture.open(.writing).head == head)
  }

  @Test func scoresOfAnotherKindUnderANameAreLeftThere() throws {
    let pool = try shard("a.psr", [0..<5])
    let other = try shard("b.psr", [])
    let batch = try other.append(Fixture.generate(class: 0, count: 5)).sequence
    var scores = Fixture.score(target: batch, class: 0, count: 5)
    guard case .score(var content) = scores.content else { return }
    content.seed = 9
    scores.content = .score(content)
    try other.append(scores)
    let merged = try pool.merge(other.path)
    #expect(merged.leftOut == 5 && merged.entries == 0)
  }

  @Test func nothingIsTakenThatWasMadeOfWhatWasDroppedHere() throws {
    let pool = try shard("a.psr", [0..<3])
    let other = try shard("b.psr", [0..<3])
    try other.append(Fixture.refine(parents: [(4, 0), (4, 1)], class: 0))
    try pool.drop(["0-00001-0123abcd@0"], reason: "ugly")
    let merged = try pool.merge(other.path)
    #expect(merged.leftOut == 1)
    #expect(
      try pool.query("SELECT id FROM versions WHERE version = 1").rows == [["0-00000-0123abcd@1"]])
    #expect(try pool.verify(deep: true) == [])
  }

  @Test func whatDoesNotFitLeavesNothing() throws {
    let pool = try shard("a.psr", [0..<5])
    let other = try fixture.create("b.psr")
    try other.append(Fixture.generate(class: 4, count: 50))
    try other.append(Fixture.dataset(.train, counts: [1, 1, 1]))
    let (head, contents) = (pool.head, try IndexTests.contents(pool))
    let error = #expect(throws: PoolError.self) { try pool.merge(other.path) }
    #expect(error?.code == .usage)
    #expect(pool.head == head)
    #expect(try IndexTests.contents(pool) == contents)
    #expect(try pool.verify(deep: true) == [])
    let nowhere = fixture.directory + "/c.psr"
    let missing = #expect(throws: PoolError.self) { try pool.merge(nowhere) }
    #expect(missing?.code == .noPool)
  }
}

import Foundation
import Synchronization
import Testing

@testable import Store

@Suite struct IndexTests {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  /// Everything the index says, table by table.
  static func contents(_ pool: Pool) throws -> [String: [[Value]]] {
    var contents: [String: [[Value]]] = [:]
    for name in try Schema.tables() {
      contents[name] = try pool.query("SELECT * FROM main.\(name)").rows
    }
    return contents
  }

  @Test func scoresAndMembersAreIndexed() throws {
    let pool = try Fixture.fill(fixture.create())
    #expect(
      try pool.query(
        """
        SELECT id, class_name, correct, confidence, entropy FROM version_scores
        WHERE class = 1 AND version = 0 AND scoring = 'base' ORDER BY confidence DESC LIMIT 2
        """
      ).rows == [
        ["1-00005-0123abcd@0", "class 1", 1, 0.625, nil],
        ["1-00004-0123abcd@0", "class 1", 1, 0.5, nil],
      ])
    #expect(
      try pool.query(
        "SELECT class, rank, id, gain, flagged FROM members WHERE selection = ? ORDER BY 1, 2",
        ["s2"]
      ).rows == [
        [0, 0, "0-00005-0123abcd@0", 4.5, 0], [0, 1, "0-00004-0123abcd@0", 3.5, 0],
        [1, 0, "1-00005-0123abcd@0", 4.5, 0], [1, 1, "1-00004-0123abcd@0", 3.5, 0],
      ])
    // Of the two refined, one was accepted.
    #expect(
      try pool.query("SELECT id FROM members WHERE selection = 's2r' ORDER BY class, rank").rows
        == [
          ["0-00005-0123abcd@1"], ["0-00004-0123abcd@0"], ["1-00005-0123abcd@0"],
          ["1-00004-0123abcd@0"],
        ])
    #expect(
      try pool.query(
        """
        SELECT version, parent, verdict, judge_loss_before, judge_loss_after, distance
        FROM refinements ORDER BY row
        """
      ).rows == [
        ["0-00005-0123abcd@1", "0-00005-0123abcd@0", "accepted", 0.0, 1.0, nil],
        ["0-00004-0123abcd@1", "0-00004-0123abcd@0", "judge", 2.0, 3.0, nil],
      ])
    #expect(
      try pool.query("SELECT id, position FROM images WHERE split = 'test' AND class = 1").rows
        == [["tiny-test-1-00000", 0], ["tiny-test-1-00001", 2]])
    #expect(try pool.query("SELECT kind, count(*) FROM journal GROUP BY 1").rows.count == 9)
  }

  @Test func aLostIndexIsMadeAgainEqual() throws {
    let pool = try Fixture.fill(fixture.create())
    let before = try Self.contents(pool)
    pool.close()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite" + suffix)
    }
    // Who reads makes it where nobody writes, too.
    #expect(try Self.contents(fixture.open(.reading)) == before)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite" + suffix)
    }
    let again = try fixture.open(.writing)
    #expect(try Self.contents(again) == before)
    let anew = try Fixture.reindexed(again)
    #expect(try Self.contents(anew) == before)
    try anew.append(Fixture.evaluate("s2"))
    #expect(try anew.query("SELECT count(*) FROM evaluations").rows == [[2]])
  }

  @Test func anOlderIndexCatchesUp() throws {
    let pool = try fixture.create()
    pool.close()
    let index = fixture.path + "/index.sqlite"
    try FileManager.default.copyItem(atPath: index, toPath: fixture.directory + "/old")
    let writer = try Fixture.fill(fixture.open(.writing))
    let before = try Self.contents(writer)
    writer.close()
    try FileManager.default.removeItem(atPath: index)
    try FileManager.default.copyItem(atPath: fixture.directory + "/old", toPath: index)
    // The reader finds it behind and nobody writing.
    #expect(try Self.contents(fixture.open(.reading)) == before)
  }

  /// Further than it catches up with in one transaction.
  @Test func anIndexFarBehindCatchesUp() throws {
    try fixture.create().close()
    let index = fixture.path + "/index.sqlite"
    let old = try Data(contentsOf: URL(fileURLWithPath: index))
    let writer = try fixture.open(.writing)
    for number in 0..<140 { try writer.append(Fixture.evaluate("s\(number)")) }
    let before = try Self.contents(writer)
    writer.close()
    try old.write(to: URL(fileURLWithPath: index))
    #expect(try Self.contents(fixture.open(.reading)) == before)
  }

  @Test func aReaderAnswersFromThePastWhileAnotherCatchesUp() throws {
    let pool = try fixture.create()
    let lock = fixture.path + "/writer.lock"
    pool.close()
    try FileManager.default.copyItem(
      atPath: fixture.path + "/index.sqlite", toPath: fixture.directory + "/old")
    try Fixture.fill(fixture.open(.writing)).close()
    try FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite")
    try FileManager.default.copyItem(
      atPath: fixture.directory + "/old", toPath: fixture.path + "/index.sqlite")
    let held = try WriterLock(PoolFiles(directory: fixture.path), wait: 0)
    let reader = try fixture.open(.reading)
    #expect(try reader.query("SELECT max(sequence) FROM journal").rows == [[1]])
    #expect(reader.head.sequence > 1)
    withExtendedLifetime(held) {}
    #expect(FileManager.default.fileExists(atPath: lock))
  }

  @Test(arguments: ["foreign", "garbage", "empty"])
  func anIndexThatIsNotThePoolsIsReplaced(_ kind: String) throws {
    let pool = try Fixture.fill(fixture.create())
    let before = try Self.contents(pool)
    pool.close()
    let index = fixture.path + "/index.sqlite"
    try FileManager.default.removeItem(atPath: index)
    switch kind {
    case "foreign":
      let other = fixture.directory + "/other.psr"
      try fixture.create("other.psr").close()
      try FileManager.default.copyItem(atPath: other + "/index.sqlite", toPath: index)
      // The file header's schema cookie and a table's name: still a database, of another schema.
      var bytes = try Data(contentsOf: URL(fileURLWithPath: index))
      let name = try #require(bytes.range(of: Data("TABLE drops".utf8)))
      bytes.replaceSubrange(name, with: Data("TABLE dropt".utf8))
      try bytes.write(to: URL(fileURLWithPath: index))
    case "garbage":
      try Data(repeating: 0x5A, count: 9000).write(to: URL(fileURLWithPath: index))
    default:
      try Data().write(to: URL(fileURLWithPath: index))
    }
    // Who reads makes one with other tables anew, too; what is damaged is said.
    if kind == "empty" {
      #expect(try Self.contents(fixture.open(.reading)) == before)
    } else {
      let error = #expect(throws: PoolError.self) { try Self.contents(fixture.open(.reading)) }
      #expect(error?.code == .damage)
    }
    #expect(try Self.contents(fixture.open(.writing)) == before)
  }

  /// What is said of a table may be said otherwise by the next version.
  @Test func commentsMakeNoOtherIndex() {
    #expect(
      Schema.plain("CREATE TABLE a (\n  b TEXT, -- one; two\n  c TEXT\n) STRICT")
        == Schema.plain("CREATE TABLE a (\n  b TEXT,\n  c TEXT -- three\n) STRICT"))
    #expect(Schema.plain("CREATE TABLE a (b TEXT)") != Schema.plain("CREATE TABLE a (b INTEGER)"))
  }

  /// A copy of data.mdb is a copy of the pool.
  @Test func aReaderMakesAnIndexThatIsNotThere() throws {
    let pool = try Fixture.fill(fixture.create())
    let before = try Self.contents(pool)
    pool.close()
    let copy = fixture.directory + "/copy.psr"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      atPath: fixture.path + "/data.mdb", toPath: copy + "/data.mdb")
    #expect(try Self.contents(fixture.open(.reading, "copy.psr")) == before)
  }

  /// Between the old index and the new there is none.
  @Test func aQuestionWaitsForAnIndexThatIsExchanged() throws {
    let pool = try Fixture.fill(fixture.create())
    pool.close()
    let index = fixture.path + "/index.sqlite"
    #expect(rename(index, index + ".new") == 0)
    let reader = Thread {
      usleep(200_000)
      rename(index + ".new", index)
    }
    reader.start()
    let connection = try QueryConnection(PoolFiles(directory: fixture.path), asOf: nil)
    #expect(try connection.query("SELECT 1", [], .init()).rows == [[1]])
    while !reader.isFinished { usleep(1000) }
  }

  @Test func anIndexThatCannotBeMadeLeavesNothing() throws {
    struct Stop: Error {}
    let pool = try Fixture.fill(fixture.create())
    #expect(throws: Stop.self) {
      try IndexWriter.rebuild(pool.files, head: pool.head) {
        if $0 > 3 { throw Stop() }
        return try pool.journalReader($0)
      }
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.path)
    #expect(names.filter { $0.contains(".new") } == [])
    #expect(names.contains("index.sqlite"))
  }

  /// Each table and view as of an entry is what an index says that knows no later one.
  @Test func asOfAnswersAsThePoolStood() throws {
    let pool = try Fixture.fill(fixture.create())
    let other = try fixture.create("b.psr")
    try other.append(Fixture.dataset(.train))
    try other.append(Fixture.generate(class: 0, count: 8, salt: 1))
    let kept = try other.append(Fixture.generate(class: 2, count: 5)).sequence
    try other.append(Fixture.score(target: kept, class: 2, count: 5))
    _ = try pool.merge(other.path)
    try pool.append(Fixture.rank([5, 7], length: 5))
    try pool.drop(["0-00000-0123abcd@0", "2-00001-0123abcd@0"], reason: "ugly")
    try pool.append(Fixture.refine(parents: [(5, 5)], class: 0))
    try pool.drop(["0-00004-0123abcd@1"], reason: "ugly, too")

    let views = try pool.query("SELECT name FROM main.sqlite_schema WHERE type = 'view'").rows
    // How far the index has come is no row of an entry's.
    let names = try Schema.tables().filter { $0 != "state" } + views.compactMap { $0[0].string }
    #expect(names.contains("picks") && names.contains("version_scores"))
    for sequence in 1...pool.head.sequence {
      let past = PoolFiles(directory: fixture.directory + "/past-\(sequence)")
      try FileManager.default.createDirectory(
        atPath: past.directory, withIntermediateDirectories: false)
      try IndexWriter.rebuild(
        past, head: (sequence, pool.entry(sequence).digest), journal: pool.journalReader)
      let connection = try QueryConnection(past, asOf: nil)
      for name in names {
        let question = "SELECT * FROM \(name)"
        let then = try Self.lasting(connection.query(question, [], .init()))
        let now = try Self.lasting(pool.query(question, asOf: sequence))
        #expect(now == then, "\(name) as of \(sequence)")
      }
    }
    let last = pool.head.sequence
    #expect(throws: PoolError.self) { try pool.query("SELECT 1", asOf: last + 1) }
    #expect(throws: PoolError.self) { try pool.query("SELECT 1", asOf: 0) }
  }

  /// Rows in an order of their own, without the entry that ended them later.
  private static func lasting(_ table: Table) -> [String] {
    let columns = table.columns.indices.filter { table.columns[$0] != "dropped" }
    return table.rows.map { row in "\(columns.map { row[$0] })" }.sorted()
  }

  @Test func aLongerRankingEndsTheShorter() throws {
    let pool = try fixture.create()
    let entry = try pool.append(Fixture.generate(class: 0, count: 6))
    try pool.append(Fixture.rank([entry.sequence], length: 2))
    let longer = try pool.append(Fixture.rank([entry.sequence], length: 4))
    #expect(
      try pool.query("SELECT entry, length FROM rankings").rows
        == [[.integer(longer.sequence), 4]])
    #expect(
      try pool.query("SELECT length FROM rankings", asOf: longer.sequence - 1).rows == [[2]])
  }

  /// A refined selection holds the newest version that lives, not one that was dropped.
  @Test func aRefinedSelectionTakesNoDroppedVersion() throws {
    let (pool, entry) = try refined()
    try pool.drop(["0-00005-0123abcd@1"], reason: "ugly")
    try pool.append(Fixture.refine(parents: [(entry, 4), (entry, 5)], class: 0))
    #expect(
      try members("s2r", of: "s2", in: pool) == [["0-00005-0123abcd@0"], ["0-00004-0123abcd@2"]])
    #expect(try pool.verify(deep: true) == [])
  }

  /// A refined selection holds what was made of its members, not of other versions of them.
  @Test func aRefinedSelectionTakesVersionsOfItsMembers() throws {
    let (pool, entry) = try refined()
    let once: [[Value]] = [["0-00005-0123abcd@1"], ["0-00004-0123abcd@0"]]
    #expect(try members("once", of: "s2", in: pool) == once)
    // Of the candidates as they were generated, again.
    try pool.append(Fixture.refine(parents: [(entry, 5), (entry, 4)], class: 0))
    #expect(try members("twice", of: "once", in: pool) == once)
  }

  /// Candidates of class 0, of which the selection “s2” holds 5 and 4, refined, 5 accepted; and
  /// their entry.
  private func refined() throws -> (Pool, Int64) {
    let pool = try fixture.create()
    let entry = try pool.append(Fixture.generate(class: 0, count: 6)).sequence
    let ranking = try pool.append(Fixture.rank([entry], length: 2)).sequence
    try pool.append(
      Draft(.select(SelectContent(selection: "s2", ranking: ranking, counts: [2]))))
    try pool.append(Fixture.refine(parents: [(entry, 5), (entry, 4)], class: 0))
    return (pool, entry)
  }

  /// What a new selection takes from another by the refinement.
  private func members(_ name: String, of base: String, in pool: Pool) throws -> [[Value]] {
    try pool.append(
      Draft(.select(SelectContent(selection: name, counts: [2], base: base, refinement: "r"))))
    return try pool.query(
      "SELECT id FROM members WHERE selection = ? ORDER BY rank", [.text(name)]
    ).rows
  }

  /// One that lacks an entry would lack it for good: it takes no other.
  @Test func entriesAreAppliedInTheirOrder() throws {
    let pool = try fixture.create()
    let (entry, _) = try Entry.encode(
      Fixture.evaluate("s"), tensors: [], sequence: 3, previous: Entry.origin, time: "",
      provenance: Fixture.provenance)
    let error = #expect(throws: PoolError.self) {
      try pool.state.withLock { try $0.writer?.index.stage([(entry, { _ in [] })]) }
    }
    #expect(error?.code == .damage)
    try pool.append(Fixture.evaluate("s"))
    #expect(try pool.verify() == [])
  }

  @Test(arguments: [0, -1] as [Int64]) func anIndexKnowsTheFirstEntryAtLeast(_ applied: Int64)
    throws
  {
    let pool = try fixture.create()
    let birth = try #require(try pool.query("SELECT pool FROM state").rows[0][0].string)
    let state = IndexState(pool: birth, applied: applied, digest: Entry.origin)
    let error = #expect(throws: PoolError.self) {
      try state.check(against: pool.head, entry: pool.entry)
    }
    #expect(error?.code == .damage)
    #expect(error?.remedy.contains("psrdb reindex") == true)
  }

  @Test func itemsOfTheLastEntryAreNumbers() {
    #expect(Item.range(of: Item.maximumEntry).upperBound == .max)
    let items = Item.range(of: 1)
    #expect(items.lowerBound == 1 << 36 && items.upperBound == (1 << 37) - 1)
  }
}

import Foundation
import Testing

@testable import Store

@Suite struct QueryTests {
  let fixture: Fixture
  let pool: Pool
  init() throws {
    fixture = try Fixture()
    pool = try Fixture.fill(fixture.create())
  }

  @Test(arguments: [
    "DELETE FROM main.candidates", "UPDATE main.candidates SET seed = 1",
    "INSERT INTO main.state VALUES ('a', 1, 'b')", "DROP TABLE main.candidates",
    "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "ATTACH 'x.sqlite' AS x", "DETACH main",
    "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 3", "PRAGMA writable_schema = ON",
    "PRAGMA wal_checkpoint", "PRAGMA query_only = OFF", "VACUUM", "VACUUM INTO 'copy.sqlite'",
    "SELECT load_extension('x')", "BEGIN IMMEDIATE", "REINDEX", "ANALYZE",
    "SELECT 1; DELETE FROM main.candidates", "", "SELECT", "SELECT nothing FROM nowhere",
    "SELECT ?", "DELETE FROM candidates", "UPDATE versions SET class = 1",
  ])
  func whatDoesNotReadIsRefused(_ sql: String) throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path + "/index.sqlite"))
    let error = #expect(throws: PoolError.self) { try pool.query(sql) }
    #expect(error?.code == .usage)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: fixture.path + "/index.sqlite")) == before)
    #expect(!FileManager.default.fileExists(atPath: "x.sqlite"))
    #expect(!FileManager.default.fileExists(atPath: "copy.sqlite"))
    #expect(try pool.query("SELECT count(*) FROM candidates").rows == [[12]])
  }

  /// Also where what is to be changed is a view of what lives.
  @Test(arguments: ["DELETE FROM main.candidates", "DELETE FROM candidates"])
  func whoWritesIsToldThatAQueryReads(_ sql: String) {
    let error = #expect(throws: PoolError.self) { try pool.query(sql) }
    #expect(error?.message.contains("only read") == true)
  }

  @Test func valuesOfEveryKindComeBack() throws {
    let table = try pool.query(
      "SELECT ? AS a, ? AS b, ? AS c, ? AS d, '' AS e;", [1, 2.5, "x'\u{e9}", nil])
    #expect(table.columns == ["a", "b", "c", "d", "e"])
    #expect(table.rows == [[1, 2.5, "x'\u{e9}", nil, ""]])
  }

  @Test func limitsHold() throws {
    let table = try pool.query("SELECT id FROM candidates ORDER BY id", limit: 3)
    #expect(table.rows.count == 3)
    #expect(table.isTruncated)
    #expect(try !pool.query("SELECT id FROM candidates", limit: 12).isTruncated)
    let endless = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n
      """
    let error = #expect(throws: PoolError.self) { try pool.query(endless, timeout: 0.05) }
    #expect(error?.code == .failure)
    #expect(try pool.query("SELECT 1").rows == [[1]])
    pool.stopQueries { true }
    let stopped = #expect(throws: PoolError.self) { try pool.query(endless) }
    #expect(stopped?.code == .interrupted)
  }

  @Test func whatIsFrozenDoesNotSeeWhatIsAppended() throws {
    let count = "SELECT max(sequence), (SELECT count(*) FROM candidates) FROM journal"
    let before = try pool.query(count).rows
    try pool.frozen {
      #expect(try pool.query(count).rows == before)
      try pool.append(Fixture.generate(class: 0, first: 90, count: 1))
      #expect(try pool.query(count).rows == before)
    }
    #expect(try pool.query(count).rows != before)
  }

  @Test func topOfAClassUsesTheIndex() throws {
    let plan = try pool.query(
      """
      EXPLAIN QUERY PLAN SELECT item FROM scores
      WHERE class = 1 AND scoring = 'base' ORDER BY confidence DESC LIMIT 10
      """)
    let detail = plan.rows.map { $0[3].string ?? "" }.joined(separator: "\n")
    #expect(detail.contains("scores_by_class"))
    #expect(!detail.contains("TEMP B-TREE"))
  }
}

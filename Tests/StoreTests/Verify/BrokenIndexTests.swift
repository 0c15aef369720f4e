import Foundation
import GRDB
import Testing

@testable import Store

/// Indexes that say something else than the journal.
@Suite struct BrokenIndexTests {
  let broken: BrokenPool
  init() throws { broken = try BrokenPool() }

  @Test func indexWithOtherContents() throws {
    try broken.make()
    try broken.edit("index.sqlite") { data in
      let range = try #require(data.range(of: Data("0-00003-0123abcd@0".utf8)))
      data[range.lowerBound + 2] = UInt8(ascii: "9")
    }
    #expect(try Set(broken.findings()) == ["index-content"])
    try Pool.reindex(at: broken.fixture.path, provenance: Fixture.provenance).close()
    #expect(try broken.findings() == [])
  }

  /// A drop is for good.
  @Test func whatAnIndexMistakesIsNotDropped() throws {
    try broken.make()
    let head = try broken.fixture.open(.reading).head
    try broken.changeIndex {
      try $0.execute(sql: "UPDATE versions SET row = 0 WHERE id = '0-00001-0123abcd@0'")
    }
    let pool = try broken.fixture.open(.writing)
    let error = #expect(throws: PoolError.self) {
      try pool.drop(["0-00001-0123abcd@0"], reason: "ugly")
    }
    #expect(error?.code == .damage && pool.head == head)
  }

  @Test(arguments: [Int64.max, 1 << 62, -1])
  func aRowBeyondAnyEndsAMerge(_ row: Int64) throws {
    let pool = try broken.fixture.create()
    try pool.append(Fixture.generate(class: 0, count: 3))
    try pool.append(Fixture.generate(class: 0, first: 3, count: 3))
    pool.close()
    let other = try broken.fixture.create("b.psr")
    try other.append(Fixture.generate(class: 0, count: 6))
    try broken.changeIndex { try $0.execute(sql: "UPDATE candidates SET row = \(row)") }
    let error = #expect(throws: PoolError.self) {
      try broken.fixture.open(.writing).merge(other.path)
    }
    #expect(error?.code == .damage)
  }

  @Test(arguments: ["change", "remove", "add"])
  func eachTableOfTheIndexIsCompared(_ damage: String) throws {
    let pool = try Fixture.fill(broken.fixture.create())
    let other = try broken.fixture.create("b.psr")
    try other.append(Fixture.dataset(.train))
    try other.append(Fixture.generate(class: 0, count: 6, salt: 1))
    _ = try pool.merge(other.path)
    try pool.drop(["1-00000-0123abcd@0"], reason: "ugly")
    pool.close()
    let index = URL(fileURLWithPath: broken.fixture.path + "/index.sqlite")
    let whole = try Data(contentsOf: index)
    // An index of another state belongs to another pool.
    for table in try Schema.tables() where table != "state" {
      try whole.write(to: index)
      try broken.changeIndex { db in
        let columns = try db.columns(in: table).map(\.name)
        let last = try #require(columns.last)
        let key = try db.primaryKey(table).columns.joined(separator: ", ")
        let first = "WHERE (\(key)) = (SELECT \(key) FROM \(table) LIMIT 1)"
        let others = columns.map { "\($0) || '9'" }.joined(separator: ", ")
        let sql =
          switch damage {
          case "change": "UPDATE \(table) SET \(last) = coalesce(\(last), 0) || '1' \(first)"
          case "remove": "DELETE FROM \(table) \(first)"
          default: "INSERT INTO \(table) SELECT \(others) FROM \(table) LIMIT 1"
          }
        try db.execute(sql: sql)
        #expect(db.changesCount == 1, "\(table) is empty")
      }
      let found = try Pool.verify(at: broken.fixture.path).findings
      #expect(
        found.contains { $0.id == "index-content" && $0.what.hasPrefix("Table \(table) ") },
        "\(table): \(found)")
    }
  }

  /// SQLite's own names begin with “sqlite_”, which as a pattern of LIKE is more than that.
  @Test func indexWithSomebodysTrigger() throws {
    try broken.make()
    try broken.changeIndex {
      try $0.execute(
        sql: "CREATE TRIGGER sqlite0stat AFTER UPDATE ON state BEGIN DELETE FROM models; END")
    }
    #expect(try broken.findings() == ["index-missing"])
    try broken.fixture.open(.writing).append(Fixture.evaluate("s2r"))
    #expect(try broken.findings() == [])
  }

  @Test func indexWhoseStateIsOfAnotherType() throws {
    try broken.make()
    let find = "SELECT sql FROM sqlite_schema WHERE name = 'state'"
    var whole = ""
    func define(_ db: Database, _ sql: String) throws {
      try db.execute(sql: "PRAGMA writable_schema = ON")
      try db.execute(
        sql: "UPDATE sqlite_schema SET sql = ? WHERE name = 'state'", arguments: [sql])
    }
    try broken.changeIndex { db in
      whole = try #require(try String.fetchOne(db, sql: find))
      try define(db, whole.replacing("STRICT", with: ""))
    }
    try broken.changeIndex { db in
      try db.execute(sql: "UPDATE state SET applied = 'many'")
      try define(db, whole)
    }
    #expect(try broken.findings() != [])
    try broken.fixture.open(.writing).close()
    #expect(try broken.findings() == [])
  }

  @Test func whoWritesIsToldThatTheIndexIsDamaged() throws {
    try broken.make()
    var (root, size) = (0, 0)
    try broken.changeIndex { db in
      root = try #require(
        try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'drops'"))
      size = try #require(try Int.fetchOne(db, sql: "PRAGMA page_size"))
    }
    try broken.edit("index.sqlite") { data in
      data.replaceSubrange((root - 1) * size..<(root - 1) * size + 100, with: Data(count: 100))
    }
    let pool = try broken.fixture.open(.writing)
    let error = #expect(throws: PoolError.self) {
      try pool.drop(["2-00000-0123abcd@0"], reason: "")
    }
    #expect(error?.code == .damage)
    #expect(error?.remedy.contains("psrdb reindex") == true)
  }

  /// SQLite takes back what a journal beside a database says was not finished, and then removes the
  /// file that this journal names.
  @Test func aJournalBesideTheIndexRemovesNothing() throws {
    try broken.make()
    let victim = broken.fixture.directory + "/victim"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
    let journal = broken.fixture.path + "/index.sqlite-journal"
    try Data(Self.journal(naming: victim, pageSize: 16384))
      .write(to: URL(fileURLWithPath: journal))
    try broken.fixture.open(.reading).close()
    try broken.fixture.open(.writing).append(Fixture.evaluate("s2r"))
    #expect(FileManager.default.fileExists(atPath: victim))
    #expect(!FileManager.default.fileExists(atPath: journal))
    #expect(try broken.findings() == [])
  }

  /// A rollback journal of no pages that is part of a larger one's.
  /// Its format: https://www.sqlite.org/fileformat2.html#the_rollback_journal
  private static func journal(naming name: String, pageSize: UInt32) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    var bytes = magic + word(0) + word(0) + word(1) + word(512) + word(pageSize)
    bytes += [UInt8](repeating: 0, count: 512 - bytes.count)
    let name = Array(name.utf8)
    let sum = name.reduce(UInt32(0)) { $0 + UInt32($1) }
    // The page that no database has a use for.
    bytes += word((1 << 30) / pageSize + 1) + name + word(UInt32(name.count)) + word(sum) + magic
    return bytes
  }

  @Test func indexWithDamagedPages() throws {
    try broken.make()
    // How many free pages there are, in the file's header.
    try broken.edit("index.sqlite") { $0[39] ^= 0x40 }
    #expect(try broken.findings() == ["index-damaged"])
    try Pool.reindex(at: broken.fixture.path, provenance: Fixture.provenance).close()
    #expect(try broken.findings() == [])
  }
}

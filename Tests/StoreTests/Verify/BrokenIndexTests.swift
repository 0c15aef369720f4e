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
      let found = try Pool.verify(at: broken.fixture.path)
      #expect(
        found.contains { $0.id == "index-content" && $0.what.hasPrefix("Table \(table) ") },
        "\(table): \(found)")
    }
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

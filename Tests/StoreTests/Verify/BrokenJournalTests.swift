import Foundation
import GRDB
import Testing

@testable import Store

/// Entries that are changed, gone, forged or unreadable.
@Suite struct BrokenJournalTests {
  let broken: BrokenPool
  init() throws { broken = try BrokenPool() }

  @Test func newerFormat() throws {
    try broken.make()
    try broken.reword(entry: 1, "\"format\":1", "\"format\":9")
    for access in [Access.reading, .writing] {
      let error = broken.openError(access)
      #expect(error?.code == .newerFormat)
      #expect(error?.message.contains("format 9") == true)
    }
    // Nor is it damage.
    let verified = #expect(throws: PoolError.self) { try broken.findings() }
    #expect(verified?.code == .newerFormat)
  }

  /// In another pool's chain nobody could see it any more.
  private func expectNotMerged() throws {
    let pool = try broken.fixture.create("merging.psr")
    let error = #expect(throws: PoolError.self) { try pool.merge(broken.fixture.path) }
    #expect(error?.code == .damage && error?.message.contains("no chain") == true)
    #expect(pool.head.sequence == 1)
  }

  @Test func changedEntry() throws {
    try broken.make()
    try broken.reword(entry: 5, "\"guidance\":1.5", "\"guidance\":2.5")
    #expect(try broken.findings() == ["chain"])
    try expectNotMerged()
  }

  /// No entry after it carries its digest.
  @Test func changedLastEntry() throws {
    try broken.make()
    let last = try broken.fixture.open(.reading).head.sequence
    try broken.reword(entry: last, "\"guidance\":1.5", "\"guidance\":2.5")
    #expect(try broken.findings() == ["index-foreign"])
    for access in [Access.reading, .writing] { #expect(broken.openError(access)?.code == .damage) }
  }

  @Test func noBirth() throws {
    try broken.make()
    try broken.forge { transaction, environment in
      let (_, bytes) = try Entry.encode(
        Fixture.evaluate("s"), tensors: [], sequence: 1, previous: Entry.origin, time: "",
        provenance: Fixture.provenance)
      try broken.put(transaction, environment.journal, Key(1), bytes)
    }
    #expect(try broken.findings() == ["birth", "chain"])
    for access in [Access.reading, .writing] { #expect(broken.openError(access)?.code == .damage) }
  }

  /// A second selection of a name, in an index that says that it knows it.
  @Test func anEntryThatContradictsAnother() throws {
    try broken.make()
    try broken.forge { transaction, environment in
      let head = try environment.head(transaction)
      let (entry, bytes) = try Entry.encode(
        Draft(.select(SelectContent(selection: "s2", ranking: 9, counts: [2, 2]))), tensors: [],
        sequence: head.sequence + 1, previous: head.digest, time: "",
        provenance: Fixture.provenance)
      try broken.put(transaction, environment.journal, Key(entry.sequence), bytes)
      try broken.changeIndex { db in
        try db.execute(
          sql: "UPDATE state SET applied = ?, digest = ?",
          arguments: [entry.sequence, entry.digest])
      }
    }
    #expect(try broken.findings() == ["journal-contradiction"])
  }

  @Test(arguments: ["", "{}", "[", "{\"sequence\":1e400}", "\u{0}", "null"])
  func unreadableEntry(_ text: String) throws {
    try broken.make()
    try broken.forge { transaction, environment in
      try broken.put(transaction, environment.journal, Key(5), Array(text.utf8))
    }
    #expect(try broken.findings().contains("journal-entry"))
    let pool = try broken.fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.entry(5) }
    #expect(error?.code == .damage)
    #expect(throws: PoolError.self) { try pool.entries() }
  }

  /// Readers look for the bytes of a kind before they take an entry apart.
  @Test func anEntryOtherwiseWrittenIsFound() throws {
    try broken.make()
    try broken.reword(entry: 5, "\"kind\":\"generate\"", "\"kind\": \"generate\"")
    #expect(try broken.findings().contains("journal-entry"))
  }

  @Test func missingEntry() throws {
    try broken.make()
    try broken.forge { transaction, environment in
      try transaction.remove(environment.journal, Key(5))
    }
    #expect(try broken.findings().contains("journal-gap"))
    do {
      let pool = try broken.fixture.open(.reading)
      #expect(throws: PoolError.self) { try pool.entry(5) }
      let beyond = #expect(throws: PoolError.self) { try pool.entry(pool.head.sequence + 1) }
      #expect(beyond?.code == .notFound)
    }
    let error = #expect(throws: PoolError.self) {
      try Pool.reindex(at: broken.fixture.path, provenance: Fixture.provenance)
    }
    #expect(error?.code == .damage)
  }

  @Test func lyingEntryShape() throws {
    try broken.make()
    try broken.reword(entry: 5, "\"shape\":[6,4]", "\"shape\":[9223372036854775807,4]")
    #expect(try broken.findings().contains("journal-entry"))
    try FileManager.default.removeItem(atPath: broken.fixture.path + "/index.sqlite")
    #expect(broken.openError()?.code == .damage)
  }

  /// Numbers at their edges, where sums would trap.
  @Test(arguments: [
    ("\"shape\":[6,4]", "\"shape\":[-6,4]"), ("\"shape\":[6,4]", "\"shape\":[4611686018427387904]"),
    ("\"shape\":[6,4]", "\"shape\":[4611686018427387904,0]"),
    ("\"class\":0,\"dtype\"", "\"class\":-1,\"dtype\""),
    ("\"first\":0", "\"first\":9223372036854775807"),
    ("\"first\":0", "\"first\":-1"),
    ("\"class\":0,\"first\"", "\"class\":9223372036854775807,\"first\""),
  ])
  func lyingNumbers(_ number: String, _ lie: String) throws {
    try broken.make()
    try broken.reword(entry: 5, number, lie)
    #expect(try broken.findings(deep: true) != [])
    let other = try broken.fixture.create("b.psr")
    let error = #expect(throws: PoolError.self) { try other.merge(broken.fixture.path) }
    #expect(error?.code == .damage)
    try FileManager.default.removeItem(atPath: broken.fixture.path + "/index.sqlite")
    #expect(broken.openError()?.code == .damage)
  }

  @Test(arguments: [Int64.max, Int64.max - 1, Item.maximumEntry + 1])
  func entryBeyondAnyNumber(_ sequence: Int64) throws {
    try broken.make()
    try broken.forge { transaction, environment in
      try broken.put(transaction, environment.journal, Key(sequence), [1])
      try broken.put(transaction, environment.tensors, Key(sequence, 0), [1])
    }
    #expect(try broken.findings().contains("journal-gap"))
    for access in [Access.reading, .writing] { #expect(broken.openError(access)?.code == .damage) }
  }
}

import CLMDB
import Foundation
import GRDB
import Testing

@testable import Store

/// Pools broken in every way we could think of: what `open` and `verify` say of them.
@Suite struct VerifyTests {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  /// A whole pool, closed.
  private func make(_ name: String = "a.psr") throws {
    let pool = try Fixture.fill(fixture.create(name))
    // Large enough for pages of its own.
    try pool.append(Fixture.generate(class: 2, count: 700))
    pool.close()
  }

  private func findings(deep: Bool = false) throws -> [String] {
    try Pool.verify(at: fixture.path, deep: deep).map(\.id)
  }

  private func edit(_ file: String, _ body: (inout Data) throws -> Void) throws {
    let url = URL(fileURLWithPath: fixture.path + "/" + file)
    var data = try Data(contentsOf: url)
    try body(&data)
    try data.write(to: url)
  }

  /// Writes to the journal or tensors the way psrdb never does.
  private func forge(_ body: (borrowing WriteTransaction, Environment) throws -> Void) throws {
    let environment = try EnvironmentRegistry.environment(
      directory: fixture.path, mapSize: 1 << 30)
    try environment.write { try body($0, environment) }
  }

  private func put(
    _ transaction: borrowing WriteTransaction, _ database: MDB_dbi, _ key: Key, _ bytes: [UInt8]
  ) throws {
    var bytes = bytes
    try key.withValue { key in
      try bytes.withUnsafeMutableBytes { bytes in
        var value = MDB_val(mv_size: bytes.count, mv_data: bytes.baseAddress)
        try LMDBError.check(mdb_put(transaction.handle, database, &key, &value, 0), "mdb_put")
      }
    }
  }

  private func flipBit(ofTensor number: Int, of sequence: Int64) throws {
    try forge { transaction, environment in
      let key = Key(sequence, number)
      var bytes = [UInt8](try #require(try transaction.value(environment.tensors, key)))
      bytes[70] ^= 1
      try put(transaction, environment.tensors, key, bytes)
    }
  }

  private func changeIndex(_ body: (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: fixture.path + "/index.sqlite")
    try queue.write(body)
    try queue.close()
  }

  private func openError(_ access: Access = .writing) -> PoolError? {
    #expect(throws: PoolError.self) { try fixture.open(access) }
  }

  @Test func aWholePoolHasNoFindings() throws {
    try make()
    var steps: [Int] = []
    #expect(try Pool.verify(at: fixture.path, deep: true) { done, _ in steps.append(done) } == [])
    #expect(steps == steps.sorted() && steps.count > 10)
    let part = try Pool.verify(at: fixture.path, deep: true, subset: (1, 3))
    #expect(part == [])
    let writer = try fixture.open(.writing)
    #expect(try writer.verify() == [])
  }

  @Test(arguments: [4096, 20000, 0.5])
  func truncated(_ size: Double) throws {
    try make()
    try edit("data.mdb") { data in
      data = data.prefix(size < 1 ? Int(Double(data.count) * size) : Int(size))
    }
    #expect(try findings() == ["data"])
    for access in [Access.reading, .writing] { #expect(openError(access)?.code == .damage) }
  }

  @Test func noLMDBAtAll() throws {
    try make()
    try edit("data.mdb") { $0 = Data(repeating: 7, count: 50000) }
    #expect(try findings() == ["data"])
    #expect(openError()?.code == .damage)
  }

  @Test func laterLMDB() throws {
    try make()
    try edit("data.mdb") { $0[20] = 2 }
    #expect(openError()?.code == .newerFormat)
  }

  @Test func newerFormat() throws {
    try make()
    try forge { transaction, environment in
      let text = String(
        decoding: try environment.entryBytes(1, transaction), as: UTF8.self)
      try put(
        transaction, environment.journal, Key(1),
        Array(text.replacing("\"format\":1", with: "\"format\":9").utf8))
    }
    for access in [Access.reading, .writing] {
      let error = openError(access)
      #expect(error?.code == .newerFormat)
      #expect(error?.message.contains("format 9") == true)
    }
  }

  @Test func swappedData() throws {
    try make()
    try make("b.psr")
    try FileManager.default.removeItem(atPath: fixture.path + "/data.mdb")
    try FileManager.default.copyItem(
      atPath: fixture.directory + "/b.psr/data.mdb", toPath: fixture.path + "/data.mdb")
    #expect(openError()?.code == .damage)
    #expect(openError(.reading)?.message.contains("do not belong together") == true)
    #expect(try findings() == ["index-foreign"])
    try Pool.reindex(at: fixture.path, provenance: Fixture.provenance).close()
    #expect(try findings(deep: true) == [])
  }

  @Test func olderData() throws {
    try make()
    try FileManager.default.copyItem(
      atPath: fixture.path + "/data.mdb", toPath: fixture.directory + "/old")
    let writer = try fixture.open(.writing)
    try writer.append(Fixture.evaluate("s2"))
    writer.close()
    try FileManager.default.removeItem(atPath: fixture.path + "/data.mdb")
    try FileManager.default.copyItem(
      atPath: fixture.directory + "/old", toPath: fixture.path + "/data.mdb")
    let error = openError()
    #expect(error?.code == .damage)
    #expect(error?.remedy.contains("psrdb reindex") == true)
    #expect(try findings() == ["index-foreign"])
  }

  @Test func changedEntry() throws {
    try make()
    try forge { transaction, environment in
      let text = String(decoding: try environment.entryBytes(5, transaction), as: UTF8.self)
      try put(
        transaction, environment.journal, Key(5),
        Array(text.replacing("\"guidance\":1.5", with: "\"guidance\":2.5").utf8))
    }
    #expect(try findings() == ["chain"])
  }

  /// No entry after it carries its digest.
  @Test func changedLastEntry() throws {
    try make()
    try forge { transaction, environment in
      let last = try environment.head(transaction).sequence
      let text = String(decoding: try environment.entryBytes(last, transaction), as: UTF8.self)
      let changed = text.replacing("\"guidance\":1.5", with: "\"guidance\":2.5")
      #expect(changed != text)
      try put(transaction, environment.journal, Key(last), Array(changed.utf8))
    }
    #expect(try findings() == ["index-foreign"])
    for access in [Access.reading, .writing] { #expect(openError(access)?.code == .damage) }
  }

  @Test func noBirth() throws {
    try make()
    try forge { transaction, environment in
      let (_, bytes) = try Entry.encode(
        Fixture.evaluate("s"), tensors: [], sequence: 1, previous: Entry.origin, time: "",
        provenance: Fixture.provenance)
      try put(transaction, environment.journal, Key(1), bytes)
    }
    #expect(try findings() == ["birth", "chain"])
    for access in [Access.reading, .writing] { #expect(openError(access)?.code == .damage) }
  }

  /// A second selection of a name, in an index that says that it knows it.
  @Test func anEntryThatContradictsAnother() throws {
    try make()
    try forge { transaction, environment in
      let head = try environment.head(transaction)
      let (entry, bytes) = try Entry.encode(
        Draft(.select(SelectContent(selection: "s2", ranking: 9, counts: [2, 2]))), tensors: [],
        sequence: head.sequence + 1, previous: head.digest, time: "",
        provenance: Fixture.provenance)
      try put(transaction, environment.journal, Key(entry.sequence), bytes)
      try changeIndex { db in
        try db.execute(
          sql: "UPDATE state SET applied = ?, digest = ?",
          arguments: [entry.sequence, entry.digest])
      }
    }
    #expect(try findings() == ["journal-contradiction"])
  }

  @Test(arguments: ["", "{}", "[", "{\"sequence\":1e400}", "\u{0}", "null"])
  func unreadableEntry(_ text: String) throws {
    try make()
    try forge { transaction, environment in
      try put(transaction, environment.journal, Key(5), Array(text.utf8))
    }
    #expect(try findings().contains("journal-entry"))
    let pool = try fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.entry(5) }
    #expect(error?.code == .damage)
    #expect(throws: PoolError.self) { try pool.entries() }
  }

  @Test func missingEntry() throws {
    try make()
    try forge { transaction, environment in
      try transaction.remove(environment.journal, Key(5))
    }
    #expect(try findings().contains("journal-gap"))
    #expect(throws: PoolError.self) { try fixture.open(.reading).entry(5) }
  }

  @Test func missingTensor() throws {
    try make()
    try forge { transaction, environment in
      try transaction.remove(environment.tensors, Key(5, 0))
    }
    #expect(try findings() == ["tensor-missing"])
    let pool = try fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(5, 0) }
    #expect(error?.code == .notFound)
  }

  @Test func strayTensor() throws {
    try make()
    try forge { transaction, environment in
      try put(transaction, environment.tensors, Key(5, 9), [1])
      try put(transaction, environment.tensors, Key(999, 0), [1])
    }
    #expect(try findings() == ["tensor-stray"])
    // What lies behind the last entry was never part of the pool, and is reclaimed.
    try fixture.open(.writing).close()
    try forge { transaction, environment in
      let behind = try transaction.value(environment.tensors, Key(999, 0))
      let inside = try transaction.value(environment.tensors, Key(5, 9))
      #expect(behind == nil)
      #expect(inside != nil)
    }
  }

  /// What comes after a key that is none of psrdb's is not missing.
  @Test(arguments: [3, 9, 15]) func strayKey(_ count: Int) throws {
    try make()
    try forge { transaction, environment in
      var (bytes, value) = (
        [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 9, 9, 9] as [UInt8], [1] as [UInt8]
      )
      try bytes.withUnsafeMutableBytes { bytes in
        try value.withUnsafeMutableBytes { value in
          var key = MDB_val(mv_size: count, mv_data: bytes.baseAddress)
          var value = MDB_val(mv_size: value.count, mv_data: value.baseAddress)
          try LMDBError.check(
            mdb_put(transaction.handle, environment.tensors, &key, &value, 0), "mdb_put")
        }
      }
    }
    #expect(try findings(deep: true) == ["tensor-stray"])
  }

  @Test func changedTensor() throws {
    try make()
    try flipBit(ofTensor: 0, of: 5)
    #expect(try findings() == [])
    #expect(try findings(deep: true) == ["tensor-digest"])
  }

  @Test func aFlippedBitIsNotRead() throws {
    try make()
    let last = try fixture.open(.reading).head.sequence
    try flipBit(ofTensor: 0, of: last)
    let pool = try fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(last, 0) }
    #expect(error?.code == .damage)
    #expect(try !pool.floats(last, 1).isEmpty && !pool.floats(last, 1).isEmpty)
  }

  @Test func subsetsMakeTheWhole() throws {
    try make()
    for (sequence, number) in [(5, 0), (5, 1), (7, 0)] {
      try flipBit(ofTensor: number, of: Int64(sequence))
    }
    let found = try (0..<3).map {
      try Pool.verify(at: fixture.path, deep: true, subset: ($0, 3)).map(\.id)
    }
    #expect(found.flatMap { $0 } == ["tensor-digest", "tensor-digest", "tensor-digest"])
    #expect(found.allSatisfy { $0.count < 3 })
  }

  /// Offsets of the header, and what to put there.
  @Test(arguments: [(0, 0), (4, 9), (6, 0), (6, 200), (7, 7), (8, 255), (16, 255), (23, 255)])
  func lyingTensorHeader(_ offset: Int, _ byte: UInt8) throws {
    try make()
    try forge { transaction, environment in
      var bytes = [UInt8](try #require(try transaction.value(environment.tensors, Key(5, 0))))
      bytes[offset] = byte
      try put(transaction, environment.tensors, Key(5, 0), bytes)
    }
    #expect(try findings() == ["tensor-header"])
    let pool = try fixture.open(.reading)
    let error = #expect(throws: PoolError.self) { try pool.floats(5, 0) }
    #expect(error?.code == .damage)
  }

  @Test func lyingEntryShape() throws {
    try make()
    try forge { transaction, environment in
      let text = String(decoding: try environment.entryBytes(5, transaction), as: UTF8.self)
      try put(
        transaction, environment.journal, Key(5),
        Array(
          text.replacing("\"shape\":[6,4]", with: "\"shape\":[9223372036854775807,4]").utf8))
    }
    #expect(try findings().contains("journal-entry"))
    try FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite")
    #expect(openError()?.code == .damage)
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
    try make()
    try forge { transaction, environment in
      let text = String(decoding: try environment.entryBytes(5, transaction), as: UTF8.self)
      #expect(text.contains(number))
      try put(
        transaction, environment.journal, Key(5), Array(text.replacing(number, with: lie).utf8))
    }
    #expect(try findings(deep: true) != [])
    let other = try fixture.create("b.psr")
    let error = #expect(throws: PoolError.self) { try other.merge(fixture.path) }
    #expect(error?.code == .damage)
    try FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite")
    #expect(openError()?.code == .damage)
  }

  @Test(arguments: [Int64.max, Int64.max - 1, Item.maximumEntry + 1])
  func entryBeyondAnyNumber(_ sequence: Int64) throws {
    try make()
    try forge { transaction, environment in
      try put(transaction, environment.journal, Key(sequence), [1])
      try put(transaction, environment.tensors, Key(sequence, 0), [1])
    }
    #expect(try findings().contains("journal-gap"))
    for access in [Access.reading, .writing] { #expect(openError(access)?.code == .damage) }
  }

  /// A pool from a stranger must not make psrdb write elsewhere, or wait for ever.
  @Test(arguments: [
    "data.mdb", "lock.mdb", "writer.lock", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm",
    "index.sqlite.new", "index.sqlite.new-journal",
  ])
  func aFileThatIsALinkOrAPipe(_ name: String) throws {
    try make()
    let (path, elsewhere) = (fixture.path + "/" + name, fixture.directory + "/elsewhere")
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.moveItem(atPath: path, toPath: elsewhere)
    } else {
      try Data("precious".utf8).write(to: URL(fileURLWithPath: elsewhere))
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: elsewhere))
    for isPipe in [false, true] {
      unlink(path)
      #expect(isPipe ? mkfifo(path, 0o644) == 0 : symlink(elsewhere, path) == 0)
      for access in [Access.reading, .writing] {
        let error = openError(access)
        #expect(error?.code == .damage)
        #expect(error?.message.contains(name) == true)
      }
      #expect(try findings() == ["data"])
      #expect(throws: PoolError.self) {
        try Pool.reindex(at: fixture.path, provenance: Fixture.provenance)
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == before)
  }

  @Test func indexWithOtherContents() throws {
    try make()
    try edit("index.sqlite") { data in
      let range = try #require(data.range(of: Data("0-00003-0123abcd@0".utf8)))
      data[range.lowerBound + 2] = UInt8(ascii: "9")
    }
    #expect(try Set(findings()) == ["index-content"])
    try Pool.reindex(at: fixture.path, provenance: Fixture.provenance).close()
    #expect(try findings() == [])
  }

  @Test(arguments: ["change", "remove", "add"])
  func eachTableOfTheIndexIsCompared(_ damage: String) throws {
    let pool = try Fixture.fill(fixture.create())
    let other = try fixture.create("b.psr")
    try other.append(Fixture.dataset(.train))
    try other.append(Fixture.generate(class: 0, count: 6, salt: 1))
    _ = try pool.merge(other.path)
    try pool.drop(["1-00000-0123abcd@0"], reason: "ugly")
    pool.close()
    let index = URL(fileURLWithPath: fixture.path + "/index.sqlite")
    let whole = try Data(contentsOf: index)
    // An index of another state belongs to another pool.
    for table in try Schema.tables() where table != "state" {
      try whole.write(to: index)
      try changeIndex { db in
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
      let found = try Pool.verify(at: fixture.path)
      #expect(
        found.contains { $0.id == "index-content" && $0.what.hasPrefix("Table \(table) ") },
        "\(table): \(found)")
    }
  }

  @Test func indexWithDamagedPages() throws {
    try make()
    // How many free pages there are, in the file's header.
    try edit("index.sqlite") { $0[39] ^= 0x40 }
    #expect(try findings() == ["index-damaged"])
    try Pool.reindex(at: fixture.path, provenance: Fixture.provenance).close()
    #expect(try findings() == [])
  }

  @Test func missingIndex() throws {
    try make()
    try FileManager.default.removeItem(atPath: fixture.path + "/index.sqlite")
    #expect(try findings() == ["index-missing"])
  }

  @Test func aDirectoryThatIsNoPool() throws {
    try FileManager.default.createDirectory(
      atPath: fixture.path, withIntermediateDirectories: true)
    #expect(openError()?.code == .noPool)
    let error = #expect(throws: PoolError.self) { try Pool.verify(at: fixture.path) }
    #expect(error?.code == .noPool)
  }
}

import CLMDB
import Foundation
import GRDB
import Testing

@testable import Store

/// A pool, and ways to break it that psrdb has not.
struct BrokenPool {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  /// A whole pool, closed.
  func make(_ name: String = "a.psr") throws {
    let pool = try Fixture.fill(fixture.create(name))
    // Large enough for pages of its own.
    try pool.append(Fixture.generate(class: 2, count: 700))
    pool.close()
  }

  func findings(deep: Bool = false) throws -> [String] {
    try Pool.verify(at: fixture.path, deep: deep).findings.map(\.id)
  }

  func edit(_ file: String, _ body: (inout Data) throws -> Void) throws {
    let url = URL(fileURLWithPath: fixture.path + "/" + file)
    var data = try Data(contentsOf: url)
    try body(&data)
    try data.write(to: url)
  }

  /// Writes to the journal or tensors the way psrdb never does.
  func forge(_ body: (borrowing WriteTransaction, Environment) throws -> Void) throws {
    let environment = try EnvironmentRegistry.environment(
      directory: fixture.path, mapSize: 1 << 30)
    try environment.write { try body($0, environment) }
  }

  func put(
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

  /// Puts other words into an entry's text; its digest stays.
  func reword(entry sequence: Int64, _ old: String, _ new: String) throws {
    try forge { transaction, environment in
      let text = String(
        decoding: try environment.entryBytes(sequence, transaction), as: UTF8.self)
      try #require(text.contains(old))
      try put(
        transaction, environment.journal, Key(sequence), Array(text.replacing(old, with: new).utf8))
    }
  }

  func flipBit(ofTensor number: Int, of sequence: Int64) throws {
    try forge { transaction, environment in
      let key = Key(sequence, number)
      var bytes = [UInt8](try #require(try transaction.value(environment.tensors, key)))
      bytes[70] ^= 1
      try put(transaction, environment.tensors, key, bytes)
    }
  }

  func changeIndex(_ body: (Database) throws -> Void) throws {
    let queue = try DatabaseQueue(path: fixture.path + "/index.sqlite")
    try queue.write(body)
    try queue.close()
  }

  func openError(_ access: Access = .writing) -> PoolError? {
    #expect(throws: PoolError.self) { try fixture.open(access) }
  }
}

import CLMDB
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// Damaged bytes of a pool: each reader takes or refuses them; nothing traps.
@Suite struct FuzzTests {
  private struct NoHeader: Error {}

  @Test func tensorHeader() throws {
    let seeds = try DType.allCases.enumerated().map { rank, dtype in
      let header = try #require(TensorHeader(dtype: dtype, shape: Array(repeating: 2, count: rank)))
      var value = [UInt8](repeating: 7, count: TensorHeader.size + header.byteCount)
      value.withUnsafeMutableBytes { header.write(to: $0) }
      return value
    }
    let outcome = try Fuzzer.run("tensor-header", seeds: seeds, refusal: NoHeader.self) { value in
      guard let header = value.withUnsafeBytes({ TensorHeader($0) }) else { throw NoHeader() }
      #expect(header.byteCount == value.count - TensorHeader.size)
    }
    #expect(outcome.refused > Fuzzer.executions / 10)
  }

  /// What can be read is projected too, after the pool it comes from.
  @Test func journalEntry() throws {
    let fixture = try Fixture()
    let pool = try Fixture.fill(fixture.create())
    let sequence = pool.head.sequence + 1
    let index = try DatabaseQueue()
    try IndexWriter.project(into: index, head: pool.head, journal: pool.journalReader)
    let seeds = try pool.entries().map { entry in
      try Entry.encode(
        Draft(entry.content, arguments: entry.arguments), tensors: entry.tensors,
        sequence: sequence, previous: pool.head.digest, time: entry.time,
        provenance: Fixture.provenance
      ).bytes
    }
    let outcome = try Fuzzer.run("journal-entry", seeds: seeds, refusal: PoolError.self) { bytes in
      let entry = try bytes.withUnsafeBytes { try Entry($0, sequence: sequence) }
      // More would take its time, as it may.
      guard entry.tensors.allSatisfy({ $0.byteCount ?? 0 < 1 << 16 && $0.rows < 1000 }) else {
        return
      }
      try index.inDatabase { db in
        try db.beginTransaction()
        _ = try? Projection(db: db).apply(entry) { number in
          guard entry.tensors.indices.contains(number) else { throw NoHeader() }
          return [UInt8](repeating: 1, count: entry.tensors[number].byteCount ?? 0)
        }
        try db.rollback()
      }
    }
    #expect(outcome.refused > Fuzzer.executions / 10)
    #expect(outcome.taken > Fuzzer.executions / 100)
  }

  /// What `PageWalk` lets pass can be read through liblmdb's map to the last byte.
  @Test func dataFile() throws {
    let seed = try Fixture().dataWithFreePages()

    let directory = try MemoryDirectory()
    let path = directory.path + "/data.mdb"
    let outcome = try Fuzzer.run("data-file", seeds: [seed], refusal: PoolError.self) { bytes in
      try directory.write(bytes, "data.mdb")
      try MetaPages.check(path)
      let environment: Environment
      do {
        environment = try Environment(
          directory: directory.path, create: false, mapSize: 1 << 26)
      } catch let error as LMDBError {
        throw PoolError.damage("liblmdb refuses it.", cause: error)
      }
      try environment.read { transaction in
        for database in [environment.journal, environment.tensors] {
          let cursor = try Cursor(transaction, database)
          while let (key, value) = try cursor.next() {
            _ = Key(key)
            _ = TensorHeader(value)
            _ = value.reduce(0, &+)
          }
        }
      }
    }
    #expect(outcome.refused > Fuzzer.executions / 10)
    #expect(outcome.taken > Fuzzer.executions / 100)
  }
}

import Foundation
import TestSupport
import Testing

@testable import Store

/// Random operations against an oracle in memory, reopening as it goes.
@Suite struct ModelTests {
  /// What a pool should say.
  private struct Oracle {
    /// Live versions by id, with the entry and row that hold them.
    var live: [String: (entry: Int64, row: Int)] = [:]
    /// Digests of every entry's tensors that must still be there.
    var tensors: [Int64: [String]] = [:]
    var rows: [Int64: Int] = [:]
    var head: Int64 = 1
    var next = 0
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func aPoolDoesWhatTheOracleSays(_ seed: UInt64) throws {
    let fixture = try Fixture()
    var pool = try fixture.create()
    var oracle = Oracle()
    var random = SplitMix(state: seed)
    for _ in 0..<80 {
      switch random.next() % 10 {
      case 0...3:
        let count = Int.random(in: 1...30, using: &random)
        let label = Int(random.next() % 3)
        let entry = try pool.append(
          Fixture.generate(class: label, first: oracle.next, count: count, latent: 40))
        for row in 0..<count {
          let number = String(oracle.next + row)
          let id = "\(label)-\(String(repeating: "0", count: 5 - number.count))\(number)"
          oracle.live[id + "-0123abcd@0"] = (entry.sequence, row)
        }
        oracle.next += count
        oracle.head = entry.sequence
        oracle.tensors[entry.sequence] = entry.tensors.map(\.sha256)
        oracle.rows[entry.sequence] = count
      case 4...5:
        let victims = oracle.live.keys.sorted().shuffled(using: &random)
          .prefix(Int.random(in: 1...40, using: &random))
        if victims.isEmpty { continue }
        oracle.head = try pool.drop(Array(victims), reason: "chance").sequence
        for id in victims { oracle.live[id] = nil }
      case 6:
        _ = try pool.collect()
        let living = Set(oracle.live.values.map(\.entry))
        oracle.tensors = oracle.tensors.filter { living.contains($0.key) }
      case 7:
        pool.close()
        _ = try Pool.compact(at: fixture.path, provenance: Fixture.provenance)
        pool = try fixture.open(.writing)
      case 8:
        pool.close()
        pool = try fixture.open(.writing)
      default:
        pool = try Fixture.reindexed(pool)
      }
      try check(pool, oracle)
    }
    #expect(try pool.verify(deep: true) == [])
  }

  private func check(_ pool: Pool, _ oracle: Oracle) throws {
    #expect(pool.head.sequence == oracle.head)
    let live = try pool.query("SELECT id, entry, row FROM versions ORDER BY id").rows
    #expect(
      live
        == oracle.live.sorted { $0.key < $1.key }.map {
          [.text($0.key), .integer($0.value.entry), .init($0.value.row)]
        })
    for (entry, digests) in oracle.tensors {
      for (number, digest) in digests.enumerated() {
        let found = try pool.withTensor(entry, number) { SHA256.hex(of: $1) }
        #expect(found == digest)
      }
    }
  }
}

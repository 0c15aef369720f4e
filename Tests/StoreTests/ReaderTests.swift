import CLMDB
import Foundation
import TestSupport
import Testing

@testable import Store

/// Eight processes read while one writes, drops and collects; readers are killed as it goes.
@Suite struct ReaderTests {
  @Test func readersAreKilledWhileOneWrites() throws {
    let fixture = try Fixture()
    let run = try WorkerRun(in: fixture, "run")
    try run.perform(["init", "append:100"])
    var readers = try (0..<8).map { _ in try run.start(["read"]) }
    var random = SplitMix(state: 8)
    var killed = 0
    var status: Int32 = 0
    // Where processes start slowly, one writer's time may not be enough.
    while killed < 20 && status == 0 {
      let writer = try run.start(["churn:\(LongRun.isAsked ? 30 : 5)"])
      while writer.isRunning {
        usleep(UInt32.random(in: 0..<100_000, using: &random))
        let victim = Int.random(in: 0..<8, using: &random)
        expectKilled(readers[victim])
        readers[victim] = try run.start(["read"])
        killed += 1
      }
      status = writer.terminationStatus
    }
    for reader in readers { expectKilled(reader) }
    #expect(status == 0)

    try run.check("readers and a writer")
    let pool = try Pool.open(at: run.pool, for: .writing, provenance: Fixture.provenance)
    try Self.expectBounded(pool)
  }

  /// A reader never ends by itself but for an error.
  private func expectKilled(_ reader: Process) {
    kill(reader.processIdentifier, SIGKILL)
    reader.waitUntilExit()
    #expect(reader.terminationReason == .uncaughtSignal, "exit code \(reader.terminationStatus)")
  }

  /// What a killed reader saw is used again by a writer that was there before it, though nobody
  /// else opens the pool meanwhile.
  @Test func aKilledReaderPinsNothing() throws {
    let fixture = try Fixture()
    let run = try WorkerRun(in: fixture, "run")
    let writer = try Pool.create(at: run.pool, provenance: Fixture.provenance)
    try writer.append(Fixture.generate(class: 0, count: 1))
    let reader = try run.start(["hold"])
    while run.acknowledgements == 0 && reader.isRunning { usleep(1000) }
    try #require(run.acknowledgements == 1)
    for round in 1...60 {
      try writer.append(Fixture.generate(class: 0, first: round * 1000, count: 500, latent: 1000))
      let ids = try writer.query("SELECT id FROM versions WHERE entry > 2")
      try writer.drop(ids.rows.compactMap { $0[0].string }, reason: "test")
      _ = try writer.collect()
      if round == 3 { expectKilled(reader) }
    }
    try Self.expectBounded(writer)
  }

  /// Free pages are fewer than a few batches take: each batch goes where one that was collected
  /// was, unless a reader still looks at it. Without that the file would grow by every batch.
  private static func expectBounded(_ pool: Pool) throws {
    let environment = pool.environment
    let used = try environment.read { transaction in
      try [environment.journal, environment.tensors].map { database in
        let tree = try transaction.statistics(database)
        return (tree.ms_branch_pages + tree.ms_leaf_pages + tree.ms_overflow_pages)
          * Int(tree.ms_psize)
      }.reduce(0, +)
    }
    let free = try FileStatus(pool.files.data).size - used
    let appended = try pool.query(
      "SELECT sum(bytes), max(bytes) FROM journal WHERE kind = 'generate'"
    ).rows[0].map { $0.int ?? 0 }
    print("readers: \(appended[0]) bytes appended, \(used) in use, \(free) free")
    #expect(free < 8 * appended[1])
    #expect(appended[0] > used + 8 * appended[1], "too little was appended to say anything")
  }
}

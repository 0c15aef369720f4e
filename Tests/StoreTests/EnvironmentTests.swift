import Foundation
import Testing

@testable import Store

@Suite struct EnvironmentTests {
  let fixture: Fixture
  init() throws { fixture = try Fixture() }

  private static func put(_ environment: Environment, _ sequence: Int64, count: Int) throws {
    try environment.write { transaction in
      let value = try transaction.reserve(environment.tensors, Key(sequence, 0), count: count)
      value.copyBytes(from: repeatElement(UInt8(truncatingIfNeeded: sequence), count: count))
    }
  }

  @Test func theMapGrowsByItself() throws {
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 17)
    for sequence in 1...20 { try Self.put(environment, Int64(sequence), count: 100_000) }
    #expect(environment.mapSize > 2_000_000)
    try environment.read { transaction in
      for sequence in 1...20 {
        let value = try transaction.value(environment.tensors, Key(Int64(sequence), 0))
        #expect(value?.count == 100_000)
        #expect(value?.last == UInt8(sequence))
      }
    }
  }

  @Test func aMapThatHasToGrowUnderItsOwnReaderSaysSo() throws {
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 17)
    try environment.read { _ in
      _ = #expect(throws: TransactionGate.Occupied.self) {
        try Self.put(environment, 1, count: 1_000_000)
      }
    }
    try Self.put(environment, 1, count: 1_000_000)
  }

  @Test func readersOfOtherThreadsAreWaitedFor() throws {
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 17)
    try Self.put(environment, 1, count: 10_000)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for round in 0..<30 {
        if thread == 0 {
          #expect(throws: Never.self) {
            try Self.put(environment, Int64(round + 2), count: 50_000)
          }
        } else {
          #expect(throws: Never.self) {
            try environment.read { transaction in
              let value = try transaction.value(environment.tensors, Key(1, 0))
              #expect(value?.allSatisfy { $0 == 1 } == true)
            }
          }
        }
      }
    }
    #expect(environment.mapSize > 1_500_000)
  }

  @Test func aWriteThatFailsLeavesNothing() throws {
    struct Stop: Error {}
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 20)
    #expect(throws: Stop.self) {
      try environment.write { transaction in
        _ = try transaction.reserve(environment.journal, Key(1), count: 10)
        throw Stop()
      }
    }
    let head = try environment.read { try environment.head($0) }
    #expect(head.sequence == 0)
  }

  /// liblmdb writes to the table through a map: a hole in it would be deadly on a full disk.
  @Test func theTableOfReadersHasItsRoom() throws {
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 20)
    var status = stat()
    #expect(stat(fixture.directory + "/lock.mdb", &status) == 0)
    #expect(status.st_size > 60_000)
    #expect(Int(status.st_blocks) * 512 >= Int(status.st_size))
    withExtendedLifetime(environment) {}
  }

  @Test func aMapThatCannotGrowStays() throws {
    let environment = try Environment(
      directory: fixture.directory, create: true, mapSize: 1 << 20)
    try Self.put(environment, 1, count: 1000)
    let error = #expect(throws: PoolError.self) { try environment.resize(to: 1 << 60) }
    #expect(error?.code == .failure)
    #expect(environment.mapSize == 1 << 20)
    try Self.put(environment, 2, count: 1000)
  }

  /// While files are exchanged nobody opens half of them.
  @Test func othersWaitWhileItIsAlone() throws {
    let run = try WorkerRun(in: fixture, "run")
    try run.perform(["init", "append:10"])
    let environment = try EnvironmentRegistry.environment(directory: run.pool, mapSize: 1 << 30)
    var other: Process?
    try environment.alone {
      // The first says only that it is about to open.
      let process = try run.start(["lift", "look"])
      other = process
      while run.acknowledgements < 3 && process.isRunning { usleep(1000) }
      usleep(200_000)
      #expect(run.acknowledgements == 3 && process.isRunning)
    }
    other?.waitUntilExit()
    #expect(other?.terminationStatus == 0)
    #expect(run.acknowledgements == 4)
    withExtendedLifetime(environment) {}
  }

  @Test func aFileThatIsReplacedIsNoticed() throws {
    try Fixture.fill(fixture.create()).close()
    let reader = try fixture.open(.reading)
    let entries = try reader.entries()
    #expect(!reader.environment.isReplaced(at: reader.files.data))
    _ = try Pool.compact(at: fixture.path, provenance: Fixture.provenance)
    #expect(reader.environment.isReplaced(at: reader.files.data))
    let writer = try fixture.open(.writing)
    #expect(writer.environment !== reader.environment)
    try writer.append(Fixture.evaluate("s2"))
    // The index went on with the new file: that is no damage.
    let error = #expect(throws: PoolError.self) {
      try IndexCheck.findings(reader, deep: false, entries: entries)
    }
    #expect(error?.code == .failure)
  }

  /// liblmdb knows processes by their numbers, and in two containers both may be number 1.
  @Test func aProcessOfTheSameNumberIsNamed() {
    let error = Pool.explain(
      LMDBError(code: EAGAIN, operation: "mdb_txn_begin"),
      PoolFiles(directory: fixture.path), "Could not open")
    #expect(error.code == .locked)
    #expect(error.message.contains("container"))
  }
}

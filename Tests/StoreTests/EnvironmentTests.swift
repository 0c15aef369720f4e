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
}

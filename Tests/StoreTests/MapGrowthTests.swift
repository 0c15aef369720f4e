import Foundation
import Testing

@testable import Store

/// A map that began small grows while other processes read: nobody is told of it.
@Suite struct MapGrowthTests {
  /// So little address space lets no map of more than 128 MiB begin.
  private static let addressSpace = 400 << 20

  @Test func aWriterGrowsPastTheMapsOfReaders() throws {
    let fixture = try Fixture()
    let run = try WorkerRun(in: fixture, "run")
    try run.perform(["init", "append:100"])

    // One small entry and nine of 32 MiB will come after the two that are there.
    let before = run.acknowledgements
    let followers = try (0..<2).map { _ in
      try run.start(["look", "lift", "follow:12"], addressSpace: Self.addressSpace)
    }
    // Keeps a snapshot open all the while, in a map that began small too.
    let holder = try run.start(["look", "lift", "hold"], addressSpace: Self.addressSpace)
    let until = Date().addingTimeInterval(60)
    while run.acknowledgements < before + 7 {
      try #require(Date() < until, "The readers do not start.")
      usleep(1000)
    }
    let writer = try run.start(
      ["append:1", "lift", "bulk:9"], addressSpace: Self.addressSpace)
    writer.waitUntilExit()
    #expect(writer.terminationStatus == 0)
    for follower in followers {
      follower.waitUntilExit()
      #expect(follower.terminationStatus == 0)
    }
    #expect(holder.isRunning)
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    #expect(try FileStatus(run.pool + "/data.mdb").size > 256 << 20)
    try run.check("a map that grew")
  }
}

import Foundation
import Testing

@testable import Store

/// Each input/output call of an operation fails once, or is the last before `kill -9`.
@Suite(.serialized) struct FaultTests {
  /// What is done to a pool that has entries already.
  static let workloads: [[String]] = [
    ["append:30", "append:9"], ["drop", "gc", "append:5"], ["compact"], ["merge:SHARD"],
    ["reindex"],
  ]

  /// Failures of the k-th call, for k = 1… until a run without one. `body` is told which operation
  /// was under way, and which call of it failed.
  private func every(
    _ operations: [String], _ kind: String,
    _ body: (WorkerRun, Process, String, String) throws -> Void
  )
    throws
  {
    let fixture = try Fixture()
    let first = try WorkerRun(in: fixture, "first")
    try first.perform(["init", "append:60", "append:20"])
    let shard = try WorkerRun(in: fixture, "shard")
    try shard.perform(["init", "append:10", "append:200"])
    let operations = operations.map { $0.replacing("SHARD", with: shard.pool) }
    let done = first.acknowledgements
    for at in 1... {
      let run = try WorkerRun(in: fixture, "run-\(at)")
      try FileManager.default.copyItem(atPath: first.pool, toPath: run.pool)
      try FileManager.default.copyItem(atPath: first.acknowledged, toPath: run.acknowledged)
      let process = try run.finish(
        operations.map { $0.replacing("POOL", with: run.pool) }, fault: kind, at: at)
      guard let hit = run.hit else {
        #expect(process.terminationStatus == 0)
        #expect(at > 3, "The library that makes calls fail is not at work.")
        return
      }
      let place: Comment = "\(kind) at call \(at): \(hit)"
      if kind != "kill" {
        #expect(process.terminationReason == .exit, place)
      }
      let underWay = operations.dropFirst(run.acknowledgements - done).first ?? "close"
      try body(run, process, String(underWay.prefix { $0 != ":" }), hit)
      try run.check(place)
      try FileManager.default.removeItem(atPath: run.directory)
    }
  }

  @Test(arguments: workloads) func killedAtAnyCall(_ operations: [String]) throws {
    var points: Set<KillPoint> = []
    try every(operations, "kill") { _, process, operation, hit in
      #expect(process.terminationReason == .uncaughtSignal, "\(hit)")
      let point = KillPoint(operation, hit: hit)
      #expect(point != nil, "This is no step that has a name: \(operation), \(hit)")
      if let point { points.insert(point) }
    }
    let missing = KillPoint.all(of: operations).subtracting(points)
    #expect(missing == [], "of \(points.map(\.description).sorted())")
  }

  @Test(arguments: workloads, ["eio", "enospc", "short"])
  func anyCallFails(_ operations: [String], _ kind: String) throws {
    try every(operations, kind) { _, process, _, hit in
      let isTruth = hit.contains("/data.mdb") && !hit.contains("mmap")
      // What was not made durable is not said to be done.
      // Of a short write to a copy the rest is written by the next call.
      let goesOn = kind == "short" && hit.hasPrefix("write ")
      if isTruth && !goesOn { #expect(process.terminationStatus != 0, "\(kind): \(hit)") }
      if isTruth && kind == "enospc" {
        #expect(process.terminationStatus == PoolError.Code.noSpace.rawValue, "\(hit)")
      }
      #expect([0, 1, 5, 13].contains(process.terminationStatus), "\(kind): \(hit)")
    }
  }

  /// Under its name a backup is whole or not there. What begins with the pool's name, calls fail on.
  @Test(arguments: ["enospc", "short"])
  func aBackupIsWholeOrNotThere(_ kind: String) throws {
    try every(["backup:POOL-copy.psr"], kind) { run, process, _, hit in
      let copy = run.pool + "-copy.psr"
      let isThere = FileManager.default.fileExists(atPath: copy)
      if isThere {
        let findings = try Pool.verify(at: copy, deep: true).findings
        #expect(findings == [], "\(hit)")
      }
      #expect([0, 1, 5, 13].contains(process.terminationStatus), "\(hit)")
      #expect(isThere || process.terminationStatus != 0, "\(hit)")
      // Of a short write the rest is written by the next call.
      if kind == "enospc" && hit.contains(".new-") && hit.contains("/data.mdb") {
        #expect(process.terminationStatus == PoolError.Code.noSpace.rawValue, "\(hit)")
      }
    }
  }

  /// No file may grow beyond a limit: as good as a full disk.
  @Test func aFullDisk() throws {
    let fixture = try Fixture()
    let run = try WorkerRun(in: fixture, "full")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let worker = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("StoreWorker").path
    // 512-byte blocks.
    process.arguments = [
      "-c", "trap '' XFSZ; ulimit -f 1500; exec \"$0\" \"$1\" \"$2\" init load", worker, run.pool,
      run.acknowledged,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == PoolError.Code.noSpace.rawValue)
    try run.check("a full disk")
  }
}

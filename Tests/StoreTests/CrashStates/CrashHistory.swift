import Foundation
import TestSupport
import Testing

@testable import Store

/// A workload as it was recorded, and what must be true of any pool a power cut makes of it.
final class CrashHistory {
  private let fixture: Fixture
  private let run: WorkerRun
  private let recording: Recording
  /// Operations done before the power may go.
  private let before: Int
  /// The journal's last number and digest after each operation, as acknowledged.
  private let heads: [String]
  /// Which operation makes a copy of the pool, if one does.
  private let backup: Int?
  /// Where images are written.
  private let images: MemoryDirectory
  private var count = 0

  init(_ workload: CrashStateTests.Workload) throws {
    fixture = try Fixture()
    let shard = try WorkerRun(in: fixture, "shard")
    try shard.perform(["init", "append:10", "append:200"])
    let run = try WorkerRun(in: fixture, "run")
    self.run = run
    let operations = (workload.before + workload.operations).map {
      $0.replacing("SHARD", with: shard.pool).replacing("COPY", with: run.directory + "/b.psr")
    }
    // What is abandoned is gone on with by another process.
    var processes: [[String]] = [[]]
    for operation in operations {
      processes[processes.count - 1].append(operation)
      if operation == "abandon" { processes.append([]) }
    }
    recording = try run.record(processes)
    before = workload.before.count
    backup = operations.firstIndex { $0.hasPrefix("backup:") }
    var heads: [String] = []
    for line in try String(contentsOfFile: run.acknowledged, encoding: .utf8)
      .split(separator: "\n")
    {
      // Compacting leaves no pool open to be asked.
      heads.append(line.hasPrefix("0 ") ? heads.last ?? "" : String(line))
    }
    try #require(heads.count == operations.count)
    self.heads = heads
    images = try MemoryDirectory()
  }

  /// Calls `body` with the disk at each moment, and how many operations were acknowledged: while a
  /// call is under way, and after it.
  func eachMoment(
    synchronizing: Bool = true, _ body: (SimulatedDisk, Int, Int) throws -> Void
  ) throws {
    var disk = SimulatedDisk()
    var acknowledged = 0
    for (number, call) in recording.calls.enumerated() {
      if case .write("acknowledged", _, _, _) = call { acknowledged += 1 }
      if Self.holdsNothing(call.path) { continue }
      disk.take(call)
      if acknowledged >= before { try body(disk, acknowledged, number) }
      if synchronizing { disk.settle(call) }
      if case .synchronize = call, acknowledged >= before {
        try body(disk, acknowledged, number)
      }
    }
  }

  /// Everything the process did was recorded: with nothing lost, the files are what they are.
  func expectIsComplete() throws {
    var disk = SimulatedDisk()
    for call in recording.calls { disk.take(call) }
    let image = PowerCut.everything.image(of: disk)
    let there = try FileManager.default.subpathsOfDirectory(atPath: run.directory)
    #expect(there.sorted() == image.files.keys.sorted())
    for (path, bytes) in image.files where !Self.holdsNothing(path) {
      guard let bytes else { continue }
      let file = URL(fileURLWithPath: run.directory + "/" + path)
      let isSame = try [UInt8](Data(contentsOf: file)) == bytes
      #expect(isSame, "\(path) was written behind the recording's back.")
    }
  }

  /// Files that are made anew, or written over, when nobody has them open. Some are also written
  /// through maps, which no recording sees. Images go without them.
  private static func holdsNothing(_ path: String) -> Bool {
    path == "acknowledged" || ["lock.mdb", "-shm", "writer.lock"].contains { path.hasSuffix($0) }
  }

  /// What is wrong with the pools of an image; nil where nothing is.
  func problem(with image: SimulatedDisk.Image, acknowledged: Int) throws -> String? {
    count += 1
    // A new name each time: this process may still have the last one's file mapped.
    let directory = images.path + "/\(count)"
    try image.write(to: directory)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    // A pool stands as after one of its operations, none of them acknowledged later.
    let possible = heads[max(0, acknowledged - 1)...]
    if image.files.keys.contains("a.psr") || acknowledged > 0 {
      if let problem = try problem(directory + "/a.psr", possible) { return problem }
    }
    if let backup, image.files.keys.contains("b.psr") || acknowledged > backup {
      return try problem(directory + "/b.psr", heads[backup...backup])
    }
    return nil
  }

  private func problem(_ path: String, _ possible: ArraySlice<String>) throws -> String? {
    do {
      let pool = try Pool.open(at: path, for: .writing, provenance: Fixture.provenance)
      let head = "\(pool.head.sequence) \(pool.head.digest)"
      guard possible.contains(head) else { return "it ends with entry \(head)" }
      // Writing goes on, over whatever the power cut left in free pages.
      try pool.append(Fixture.generate(class: 9, count: 40, latent: 40))
      let findings = try pool.verify(deep: true)
      pool.close()
      return findings.isEmpty ? nil : "\(findings)"
    } catch let error as PoolError {
      return "\(error)"
    }
  }
}

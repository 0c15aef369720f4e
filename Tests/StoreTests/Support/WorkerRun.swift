import Foundation
import TestSupport
import Testing

@testable import Store

/// A pool in its own folder that a process of its own writes to, and what that process was told
/// is done.
struct WorkerRun {
  let directory: String
  var pool: String { directory + "/a.psr" }
  var acknowledged: String { directory + "/acknowledged" }
  var report: String { directory + "/report" }

  init(in fixture: Fixture, _ name: String) throws {
    directory = fixture.directory + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  /// - Parameter addressSpace: bytes of it that the process may have.
  func start(
    _ operations: [String], environment: [String: String] = [:], addressSpace: Int? = nil
  ) throws -> Process {
    let process = Process()
    // Tests are built into the same folder.
    let worker = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("StoreWorker")
    process.executableURL = worker
    process.arguments = [pool, acknowledged] + operations
    if let addressSpace {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
      process.arguments =
        ["--as=\(addressSpace):unlimited", worker.path, pool, acknowledged] + operations
    }
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Does operations that must succeed.
  func perform(_ operations: [String], environment: [String: String] = [:]) throws {
    let process = try start(operations, environment: environment)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw PoolError(.failure, "StoreWorker did not do \(operations).")
    }
  }

  /// Runs to the end, the `at`-th input/output call on the pool's files failing.
  func finish(_ operations: [String], fault: String, at: Int) throws -> Process {
    try? FileManager.default.removeItem(atPath: report)
    let process = try start(
      operations,
      environment: [
        "LD_PRELOAD": try Shim.faults.get(), "PSRDB_FAULT_BELOW": pool,
        "PSRDB_FAULT_AT": "\(at)", "PSRDB_FAULT_KIND": fault, "PSRDB_FAULT_REPORT": report,
      ])
    process.waitUntilExit()
    return process
  }

  /// The call that was made to fail, its file's path from the pool on, and the place of a write;
  /// nil where there were fewer calls.
  var hit: String? {
    (try? String(contentsOfFile: report, encoding: .utf8))?.replacing(pool, with: "")
  }

  /// What was acknowledged, a line an operation.
  private var lines: [Substring] {
    ((try? String(contentsOfFile: acknowledged, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  /// How many operations were acknowledged.
  var acknowledgements: Int { lines.count }

  /// The pool opens for writing, verifies to the last byte, and holds everything acknowledged.
  func check(_ comment: Comment) throws {
    let entries = lines.map { $0.split(separator: " ") }
    let opened = try Pool.open(at: pool, for: .writing, provenance: Fixture.provenance)
    defer { opened.close() }
    let findings = try opened.verify(deep: true)
    #expect(findings == [], comment)
    for entry in entries {
      guard let sequence = Int64(entry[0]), sequence > 0 else { continue }
      let digest = try opened.entry(sequence).digest
      #expect(digest == entry[1], comment)
    }
    // Rows and their tensors answer, whatever operation was cut short.
    for row in try opened.query("SELECT entry, max(row) FROM versions GROUP BY entry").rows {
      guard let entry = row[0].int, let last = row[1].int else { continue }
      let floats = try opened.floats(Int64(entry), 0, rows: last..<last + 1)
      #expect(floats.count == 40, comment)
    }
  }

  /// Runs one process after the other and records every call that changes a file in `directory`.
  func record(_ processes: [[String]]) throws -> Recording {
    let record = directory + ".record"
    for operations in processes {
      try perform(operations, environment: Recording.environment(of: directory, in: record))
    }
    return try Recording(record)
  }
}

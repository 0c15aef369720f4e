import Foundation
import Store
import TestSupport

/// Commands as they were recorded, and what must be true of the pools that a power cut leaves.
struct PowerCutWorkload: Sendable {
  let name: String
  /// The disk before them.
  private let disk: SimulatedDisk
  private let recording: Recording
  /// How many calls were over when each command was.
  private var ends: [Int] = []
  /// The journal's last number before the commands and after each.
  private var heads: [Int64]
  /// The digest of every entry there is at the end.
  private let digests: [String]
  /// Whether the last command makes a copy.
  private let makesCopy: Bool

  private static let provenance = Provenance(version: "test", blas: "none", threads: 1)

  /// Runs the commands on the pool `a.psr` in the folder `place`.
  init(_ name: String, _ commands: [[String]], at place: String, _ project: TinyProject) throws {
    self.name = name
    let pool = place + "/a.psr"
    disk = try SimulatedDisk(place)
    heads = [try Self.journal(pool).map(\.sequence).last ?? 0]
    let file = project.psrdb.path("\(name).record")
    for command in commands {
      let options = command[0] == "init" ? [] : ["--pool", pool]
      let outcome = try project.psrdb.recorded(options + command, below: place, in: file)
      guard outcome.code == 0 else {
        throw PoolError(.failure, "\(command): \(outcome.error)")
      }
      ends.append(try Recording(file).calls.count)
      heads.append(try Self.journal(pool).map(\.sequence).last ?? 0)
    }
    recording = try Recording(file)
    digests = try Self.journal(pool).map(\.digest)
    makesCopy = commands.last?.first == "backup"
  }

  /// The journal, of a copy of its file: opening the pool itself would touch the index unrecorded.
  private static func journal(_ path: String) throws -> [Entry] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let copy = try MemoryDirectory()
    try FileManager.default.copyItem(
      atPath: path + "/data.mdb", toPath: copy.path + "/data.mdb")
    let pool = try Pool.open(at: copy.path, for: .reading, provenance: provenance)
    defer { pool.close() }
    return try pool.entries()
  }

  /// Looks at distinct states, so many at most, and says what is wrong with them.
  func look(at limit: Int) throws -> (states: Int, problems: [String]) {
    let images = try MemoryDirectory()
    var seen: Set<Int> = []
    var random = SplitMix(state: 1)
    var problems: [String] = []
    var (pass, idlePasses) = (0, 0)
    while seen.count < limit && problems.count < 3 && idlePasses < 100 {
      let before = seen.count
      var disk = disk
      for (number, call) in recording.calls.enumerated() {
        if Self.holdsNothing(call.path) { continue }
        disk.take(call)
        // While the call is under way, and after it.
        for isOver in [false, true] {
          if isOver { disk.settle(call) }
          guard seen.count < limit, problems.count < 3 else { break }
          let cut = PowerCut(of: disk.pending.count, pass: pass, &random)
          let image = cut.image(of: disk)
          guard seen.insert(image.fingerprint).inserted else { continue }
          let done = ends.count { $0 <= number }
          if let problem = try problem(with: image, "\(seen.count)", done, images) {
            problems.append("\(name), \(cut) in call \(number): \(problem)")
          }
        }
      }
      idlePasses = seen.count == before ? idlePasses + 1 : 0
      pass += 1
    }
    return (seen.count, problems)
  }

  /// Files that are made anew, or written over, when nobody has them open; some are written through
  /// maps, which no recording sees.
  private static func holdsNothing(_ path: String) -> Bool {
    ["lock.mdb", "-shm", "writer.lock"].contains { path.hasSuffix($0) }
  }

  /// What is wrong with the pools of an image when `done` commands were; nil where nothing is.
  private func problem(
    with image: SimulatedDisk.Image, _ name: String, _ done: Int, _ images: MemoryDirectory
  ) throws -> String? {
    // A new name each time: this process may still have the last one's file mapped.
    let directory = images.path + "/" + name
    try image.write(to: directory)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    if image.files.keys.contains("a.psr") || heads[done] > 0 {
      if let problem = problem(directory + "/a.psr", atLeast: heads[done]) { return problem }
    }
    if makesCopy, image.files.keys.contains("b.psr") || done == ends.count {
      return problem(directory + "/b.psr", atLeast: heads[heads.count - 1])
    }
    return nil
  }

  private func problem(_ path: String, atLeast head: Int64) -> String? {
    do {
      let pool = try Pool.open(at: path, for: .writing, provenance: Self.provenance)
      defer { pool.close() }
      let (sequence, digest) = pool.head
      guard sequence >= head, sequence <= digests.count, digests[Int(sequence) - 1] == digest
      else { return "it ends with entry \(sequence) \(digest), \(head) was promised" }
      let findings = try pool.verify(deep: true)
      return findings.isEmpty ? nil : "\(findings)"
    } catch {
      return "\(error)"
    }
  }
}

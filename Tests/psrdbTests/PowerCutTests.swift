import Foundation
import Store
import Synchronization
import TestSupport
import Testing

/// The power goes at any moment of a command's work, and of what was not yet synchronised any part
/// is on disk: every pool that can come of it opens, is whole, and holds all that was done before.
@Suite struct PowerCutTests {
  /// What is done to a pool, in this order; `PLACE` is where pools are.
  private static let steps: [(name: String, commands: [[String]])] = [
    ("init", [["init", "PLACE/a.psr"]]),
    (
      "import",
      [["import", "dataset", "images", "--name", "clothes", "--format", "image-folder"]]
        + TinyProject.roles.map { ["import", "model", $0, "\($0).safetensors"] }
    ),
    ("generate", [["generate", "--per-class", "12", "--steps", "2"]]),
    ("drop, gc", [["drop", "--reason", "x", "--where", "class = 0"], ["gc"]]),
    ("generate more", [["generate", "--per-class", "24", "--steps", "2"]]),
    ("score", [["score", "--views", "1"]]),
    ("select", [["select", "--ipc", "2", "--name", "chosen"]]),
    ("refine", [["refine", "chosen", "--name", "refined", "--steps", "2"]]),
    ("compact", [["compact"]]), ("merge", [["merge", "shard.psr"]]),
    ("backup", [["backup", "PLACE/b.psr"]]),
  ]

  /// Distinct states of a workload to look at.
  private static let states = LongRun.isAsked ? 20_000 : 1000

  @Test func anyStateOfAnyCommandOpens() throws {
    let project = try TinyProject()
    try project.writeUntrainedModels()
    let importing: [[String]] = Self.steps[1].commands
    try project.succeed("init", "shard.psr")
    for command in importing + [["generate", "--per-class", "30", "--steps", "2"]] {
      try project.succeed(["--pool", "shard.psr"] + command)
    }
    let place = project.psrdb.path("disk")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    let workloads = try Self.steps.map { name, commands in
      try PowerCutWorkload(
        name, commands.map { $0.map { $0.replacing("PLACE", with: place) } }, at: place, project)
    }
    let problems = Mutex<[String]>([])
    let isBroken = Mutex(false)
    DispatchQueue.concurrentPerform(iterations: workloads.count) { number in
      do {
        let outcome = try workloads[number].look(at: Self.states)
        print("states of \(workloads[number].name): \(outcome.states)")
        problems.withLock { $0 += outcome.problems }
        if outcome.states < 1000 { isBroken.withLock { $0 = true } }
      } catch {
        problems.withLock { $0.append("\(workloads[number].name): \(error)") }
      }
    }
    #expect(problems.withLock { $0 } == [])
    #expect(!isBroken.withLock { $0 }, "A workload had fewer than 1,000 states.")
  }
}

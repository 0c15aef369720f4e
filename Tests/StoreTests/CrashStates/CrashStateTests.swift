import Foundation
import TestSupport
import Testing

@testable import Store

/// The power goes at any moment of a writer's work, and of what was not yet synchronised any part
/// is on disk: every pool that can come of it opens and holds all that was acknowledged.
@Suite struct CrashStateTests {
  struct Workload: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// What is done before the power may go.
    var before: [String]
    var operations: [String]
  }

  static let workloads = [
    Workload(testDescription: "init", before: [], operations: ["init"]),
    Workload(
      testDescription: "append", before: ["init"],
      operations: ["append:30", "append:9", "abandon", "append:1", "append:60"]),
    Workload(
      testDescription: "drop, gc", before: ["init", "append:60", "append:20"],
      operations: ["drop", "gc", "append:5", "drop", "gc", "append:30"]),
    Workload(
      testDescription: "compact", before: ["init", "append:60", "append:20", "drop", "gc"],
      operations: ["compact", "append:5"]),
    Workload(
      testDescription: "merge", before: ["init", "append:60"], operations: ["merge:SHARD"]),
    Workload(
      testDescription: "backup, reindex", before: ["init", "append:60"],
      operations: ["backup:COPY", "append:9", "abandon", "reindex", "append:5"]),
  ]

  /// Distinct states of a workload to look at.
  static let states = LongRun.isAsked ? 20_000 : 1000

  @Test(arguments: workloads) func anyStateOpens(_ workload: Workload) throws {
    let history = try CrashHistory(workload)
    try history.expectIsComplete()
    var seen: Set<Int> = []
    var random = SplitMix(state: 1)
    var problems: [String] = []
    var (pass, idlePasses) = (0, 0)
    while seen.count < Self.states && problems.count < 3 && idlePasses < 100 {
      let before = seen.count
      try history.eachMoment { disk, acknowledged, call in
        guard seen.count < Self.states, problems.count < 3 else { return }
        let cut = PowerCut(of: disk.pending.count, pass: pass, &random)
        let image = cut.image(of: disk)
        guard seen.insert(image.fingerprint).inserted else { return }
        if let problem = try history.problem(with: image, acknowledged: acknowledged) {
          problems.append("\(cut) in call \(call): \(problem)")
        }
      }
      idlePasses = seen.count == before ? idlePasses + 1 : 0
      pass += 1
    }
    print("crash states of \(workload.testDescription): \(seen.count)")
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    #expect(seen.count >= 1000)
  }

  /// The check can fail: on a disk that does not keep what it was told to synchronise, it does.
  @Test func aDiskThatLiesIsFoundOut() throws {
    let history = try CrashHistory(Self.workloads[1])
    var problems = 0
    try history.eachMoment(synchronizing: false) { disk, acknowledged, _ in
      guard problems == 0 else { return }
      let image = PowerCut.upTo(disk.pending.count / 2).image(of: disk)
      if try history.problem(with: image, acknowledged: acknowledged) != nil { problems += 1 }
    }
    #expect(problems > 0)
  }
}

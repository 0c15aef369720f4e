import Foundation
import TestSupport
import Testing

@testable import Store

/// A writer under load is killed at any moment: what it was told is done is there, whole.
@Suite(.serialized) struct KillTests {
  @Test func noAcknowledgedAppendIsLost() throws {
    let fixture = try Fixture()
    var random = SplitMix(state: 4)
    let rounds = LongRun.isAsked ? 2000 : 200
    var appended = 0
    for round in 0..<rounds {
      // Ten rounds a pool: it is killed, recovered and killed again.
      let run = try WorkerRun(in: fixture, "kill-\(round / 10)")
      let before = run.acknowledgements
      let process = try run.start(round % 10 == 0 ? ["init", "load"] : ["load"])
      // Most die in their load, the others perhaps before they have come to it.
      if round % 10 == 0 || random.next() % 4 != 0 {
        let until = Date().addingTimeInterval(60)
        while run.acknowledgements < before + 2 {
          try #require(Date() < until, "The worker does nothing.")
          usleep(1000)
        }
      }
      usleep(UInt32.random(in: 0..<60_000, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal)
      try run.check("round \(round)")
      if round % 10 == 9 || round == rounds - 1 {
        appended += run.acknowledgements
        try FileManager.default.removeItem(atPath: run.directory)
      }
    }
    #expect(appended > rounds, "The load was too light: \(appended) appends.")
  }
}

import ArgumentParser
import Stages
import Store

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check the pool: structure, chain of digests, index.",
    discussion: """
      --deep also reads every tensor and compares its digest. Damage found means exit code 5.
      """)

  @Flag(help: "Read every tensor too.") var deep = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.reading { pool in
      let findings = try session.perform(on: pool) { context in
        context.begin("verify")
        return try pool.verify(deep: deep) { done, total in
          try context.step(done, of: total)
        }
      }
      let report = VerifyText.report(findings, pool, deep: deep)
      try session.show(report, text: VerifyText.text(report))
      if !findings.isEmpty { throw ExitCode(PoolError.Code.damage.rawValue) }
    }
  }
}

import ArgumentParser
import Stages
import Store

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare two selections: kept, changed, removed, added.",
    discussion: """
      Changed are candidates that both hold, in different versions.
      """)

  @Argument(help: "A selection.") var from: String
  @Argument(help: "Another.") var to: String
  @Flag(help: "End with exit code 6 if they differ.") var exitCode = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let report = try session.reading {
      try Diff(from: from, to: to).run($0, asOf: global.asOf)
    }
    try session.show(report, text: DiffText.text(report))
    if exitCode && !report.isEmpty {
      throw ExitCode(PoolError.Code.differences.rawValue)
    }
  }
}

import ArgumentParser
import Stages

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a selection's members were picked, and how good the picks are.",
    discussion: """
      Each pick has its marginal gain by term. The certificate is the share of the best possible \
      objective that the picks are sure to reach.
      """)

  @Argument(help: "The selection.") var selection: String
  @Argument(help: "Only this member.") var id: String?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let report = try session.reading {
      try Explain(selection, id: id).run($0, asOf: global.asOf)
    }
    try session.show(report, text: ExplainText.text(report, width: Terminal.width))
  }
}

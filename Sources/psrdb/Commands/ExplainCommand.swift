import ArgumentParser
import Stages
import Store

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a selection's members were picked, and how good the picks are.",
    discussion: """
      Each pick has its marginal gain by term, how many images it is nearer to than every pick \
      before it (newly covered) and than any other pick (serves), the coverage of the class up to \
      it, and the pick nearest to it. Images to be covered are the class's real training images, \
      or its candidates where none are scored. The certificate is the share of the best possible \
      objective that the picks are sure to reach. Gains of what was refined are those of the selection \
      it was refined from; `show ID` has a member's scores.

      --curve shows the objective and its terms against the IPC, means over classes, as far as the \
      selection's ranking goes.
      """)

  @Argument(help: "The selection.") var selection: String
  @Argument(help: "Only this member.") var id: String?
  @Flag(help: "The objective against the IPC.") var curve = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Draw the curve too, as SVG or PNG.", valueName: "file"),
    completion: .file(extensions: ["svg", "png"]))
  var output: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if curve && id != nil { throw ValidationError("A curve is of all members.") }
    if output != nil && !curve { throw ValidationError("--output draws a curve: add --curve.") }
  }

  func run() throws {
    let session = Session(options: global)
    if curve {
      let report = try session.reading {
        try ObjectiveCurve(selection).run($0, asOf: global.asOf)
      }
      if let output { try report.plot.write(to: output) }
      try session.show(report, text: CurveText.text(report, width: Terminal.width))
      return
    }
    let report = try session.reading {
      try Explain(selection, id: id).run($0, asOf: global.asOf)
    }
    // What was refined was picked before that.
    let base = report.refinement == nil ? nil : report.base
    try session.show(
      report, text: ExplainText.text(report, width: Terminal.width),
      next: base.map { ["psrdb \(session.poolOption)explain \(shellWord($0))"] } ?? [])
  }
}

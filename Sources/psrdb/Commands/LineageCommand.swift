import ArgumentParser
import Stages

struct LineageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineage",
    abstract: "Trace an image to the seeds, weights and real images that made it.")

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, dot, mermaid
    case provJSON = "prov-json"
  }

  @Argument(help: "A candidate's, version's or real image's id.") var id: String
  @Option(help: "How to print it.") var format = Format.text
  @OptionGroup var global: GlobalOptions

  func run() throws {
    guard !global.json || format == .text || format == .json else {
      throw ValidationError("--json prints the graph as JSON: leave it away, or --format.")
    }
    let session = Session(options: global)
    let graph = try session.reading { try Lineage(id).run($0, asOf: global.asOf) }
    switch global.json ? .json : format {
    case .text: try Terminal.out(LineageText.text(graph))
    case .json: try Terminal.out(JSONText.document(graph))
    case .dot: try Terminal.out(LineageText.dot(graph))
    case .mermaid: try Terminal.out(LineageText.mermaid(graph))
    case .provJSON: try Terminal.out(ProvJSON.document(graph))
    }
  }
}

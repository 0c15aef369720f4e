import ArgumentParser
import Engine
import Stages

struct RefineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine",
    abstract: "Refine a selection's latents against the teacher without leaving the prior.",
    discussion: """
      Adds a version to each candidate, accepted only if the judge agrees that it is better; the \
      version before stays. NAME then names the selection of what was accepted.
      """)

  @Argument(help: "The selection.") var selection: String
  @Option(help: "The refinement's name, and that of the selection it makes.") var name: String
  @Option(help: "Steps of Adam.") var steps: Int?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Refine(refinement: name, selection: selection)
    if let steps { stage.settings.steps = steps }
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      [
        "psrdb \(session.poolOption)diff \(selection) \(name)",
        "psrdb \(session.poolOption)evaluate \(name)",
      ]
    }
  }
}

import ArgumentParser
import Engine
import Stages
import Store

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Choose IPC images of every class by a strategy.",
    discussion: """
      A ranking is computed once: a smaller IPC is a cut of it, a larger one extends it.

      Strategies:
      \(definitions(Strategies.all.map { ($0.name, $0.summary) }))
      """)

  @Option(help: "Images per class.") var ipc: Int
  @Option(help: "The selection's name.") var name: String
  @Option(help: "How to choose.") var strategy = "psr"
  @Option(help: "Choose from the pool's candidates or from real training images.")
  var source = Source.pool
  @Option(help: "The scoring whose features and scores decide.") var scoring = "base"
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only what fulfils this SQL expression over version_scores, e.g. \"confidence > 0.8\".",
      valueName: "expr"))
  var condition = ""
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A parameter of the strategy; repeat for more.", valueName: "key=value"))
  var parameters: [Parameter] = []
  @Option(help: "Seed of strategies that draw.") var seed: UInt64 = 0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Select(selection: name, ipc: ipc)
    stage.strategy = strategy
    stage.source = source
    stage.scoring = scoring
    stage.slice = condition
    stage.parameters = Dictionary(parameters.map { ($0.key, $0.value) }) { $1 }
    stage.seed = seed
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      [
        "psrdb \(session.poolOption)explain \(name)",
        "psrdb \(session.poolOption)refine \(name) --name \(name)-refined",
        "psrdb \(session.poolOption)evaluate \(name)",
      ]
    }
  }
}

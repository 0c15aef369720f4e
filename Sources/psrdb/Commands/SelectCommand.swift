import ArgumentParser
import Engine
import Stages
import Store

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Choose IPC images of every class by a strategy.",
    discussion: """
      A ranking is computed once: a smaller IPC is a cut of it, a larger one extends it. One that \
      was stopped goes on with the classes that are left.

      Strategies:
      \(definitions(Strategies.all.map { ($0.name, $0.summary) }))
      """)

  @Option(help: "Images per class.") var ipc: Int
  @Option(
    help: """
      Hold factor × factor members in each image, shrunk to cells that students see grown again; \
      IPC counts images.
      """)
  var factor = 1
  @Option(help: "The selection's name; --dry-run needs none.") var name: String?
  @Option(help: "How to choose.", completion: .list(Strategies.all.map { $0.name }))
  var strategy = "psr"
  @Option(
    help: """
      Choose from the pool's candidates or from real training images: all of them, or those that are \
      scored where the strategy needs that (see score --reference).
      """)
  var source = Source.pool
  @Option(help: "The scoring whose features and scores decide.") var scoring = "base"
  @Option(
    help: ArgumentHelp(
      """
      Which version of each candidate: as generated; the latest, which is the newest that was \
      accepted; the newest refined, accepted or not; or refined and accepted, and no other. \
      (default: generated; with --from those it holds)
      """))
  var versions: Versions?
  @Option(
    help: ArgumentHelp("Only these classes, by name or number.", valueName: "class,class"))
  var classes: NameList?
  @Option(help: ArgumentHelp("Only what this generation made.", valueName: "name"))
  var generation: String?
  @Option(help: ArgumentHelp("Only what this selection holds.", valueName: "selection"))
  var from: String?
  @Option(help: ArgumentHelp("Nothing that this selection holds.", valueName: "selection"))
  var exclude: String?
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      """
      Only what fulfils this SQL expression over version_scores (of real images: image_scores), \
      e.g. \"confidence > 0.8\".
      """,
      valueName: "expr"))
  var condition = ""
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A parameter of the strategy; repeat for more.", valueName: "key=value"))
  var parameters: [Parameter] = []
  @Option(
    help: """
      The IPC for each class, or IPC times the classes in all, more where the next pick gains more.
      """)
  var allocation = AllocationRule.uniform
  @Option(
    name: .customLong("min"),
    help: ArgumentHelp(
      "The least a class gets by adaptive allocation (default: half the IPC).", valueName: "n"))
  var least: Int?
  @Option(
    name: .customLong("max"),
    help: ArgumentHelp(
      "The most a class gets by adaptive allocation (default: twice the IPC).", valueName: "n"))
  var most: Int?
  @Flag(
    help: """
      Let psr's weights go by the IPC. Not nested below ten picks of a class: there each IPC has a \
      ranking of its own, and two selections do not begin alike.
      """)
  var budgetAware = false
  @Option(help: "Seed of strategies that draw.") var seed: UInt64 = 0
  @Option(
    help: ArgumentHelp(
      "What features and similarities may take; where it is short, they are computed in tiles.",
      valueName: "bytes"))
  var memory = ByteCount(Select.standardMemory)
  @Flag(help: "Only say what memory and time it would take.") var dryRun = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if name == nil && !dryRun { throw ValidationError("A selection needs a --name.") }
    if allocation == .uniform && (least != nil || most != nil) {
      throw ValidationError("--min and --max are of --allocation adaptive.")
    }
  }

  func run() throws {
    var stage = Select(selection: name ?? "", ipc: ipc)
    stage.factor = factor
    stage.strategy = strategy
    stage.source = source
    stage.scoring = scoring
    stage.versions = versions
    stage.classes = classes?.names ?? []
    stage.generation = generation
    stage.from = from
    stage.exclude = exclude
    stage.condition = condition
    stage.parameters = Dictionary(parameters.map { ($0.key, $0.value) }) { $1 }
    stage.allocation = allocation
    stage.least = least
    stage.most = most
    stage.budgetAware = budgetAware
    stage.seed = seed
    stage.memory = memory.bytes
    let session = Session(options: global)
    if dryRun {
      try session.requirePresent()
      try session.show(session.reading { try EstimateSelection(stage).run($0) })
      return
    }
    try session.stage(stage.run) { report in
      let name = shellWord(report.selection)
      let refine = "refine \(name) --name \(shellWord(report.selection + "-refined"))"
      return (["explain \(name)"] + (source == .pool ? [refine] : []) + ["evaluate \(name)"])
        .map { "psrdb \(session.poolOption)\($0)" }
    }
  }
}

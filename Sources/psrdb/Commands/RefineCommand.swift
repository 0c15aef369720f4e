import ArgumentParser
import Engine
import Stages
import Store

struct RefineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refine",
    abstract: "Refine a selection's latents so that students learn more from them.",
    discussion: """
      The set is changed until networks that see only its features predict the teacher's soft \
      labels of real training images best. Each candidate gets a version, accepted if held-out \
      training images confirm the gain, teacher and judge still see the class and the prior finds \
      it no stranger than real images; the version before stays. NAME then names the selection of \
      what was accepted. A checkpoint lies beside the pool, so a refinement that was stopped goes \
      on.
      """)

  @Argument(help: "The selection.") var selection: String
  @Option(help: "The name of the selection it makes.") var name: String
  @Option(help: "A refinement to go on with: only newcomers are refined (default: NAME).")
  var refinement: String?
  @Option(
    help: "Steps of Adam. At one image a class 1800 brought nothing more (docs/EXPERIMENTS.md).")
  var steps = Refiner.Settings().steps
  @Option(
    help: """
      Fresh networks a step that see the set. The time grows with them, and so do the gains, ever \
      less (docs/EXPERIMENTS.md).
      """)
  var networks = Refiner.Settings().networks
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Refine(refinement: refinement ?? name, selection: selection, name: name)
    stage.settings.steps = steps
    stage.settings.networks = networks
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      [
        "diff \(shellWord(selection)) \(shellWord(name))", "evaluate \(shellWord(name))", "score",
      ].map { "psrdb \(session.poolOption)\($0)" }
    }
  }
}

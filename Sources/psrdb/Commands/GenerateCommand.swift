import ArgumentParser
import Stages

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Sample candidates of every class from the prior.",
    discussion: """
      Candidate i of a class is the same bits in whatever order, batch or shard it is made. What \
      the pool holds already is not made again.
      """)

  @Option(help: "Candidates of each class.") var perClass: Int
  @Option(help: "The generation's name.") var name = "base"
  @Option(help: "Seed of the noise.") var seed: UInt64 = 0
  @Option(help: "Steps of the sampler.") var steps = Generate(perClass: 1).steps
  @Option(help: "Scale of classifier-free guidance.")
  var guidance = Generate(perClass: 1).guidance
  @Option(help: "The sampler.") var sampler = Generate(perClass: 1).sampler
  @Option(help: ArgumentHelp("Only part I of N, to share the work.", valueName: "i/n"))
  var shard: String?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Generate(perClass: perClass)
    stage.generation = name
    stage.seed = seed
    stage.steps = steps
    stage.guidance = guidance
    stage.sampler = sampler
    stage.shard = shard
    let session = Session(options: global)
    try session.stage(stage.run) { _ in ["psrdb \(session.poolOption)score"] }
  }
}

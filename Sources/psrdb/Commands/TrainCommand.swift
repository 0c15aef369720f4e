import ArgumentParser
import Stages
import Store

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a teacher, judge, autoencoder or prior.",
    discussion: """
      Trains on the training split of a dataset in the pool alone, and writes a safetensors file. \
      Checkpoints lie beside it, so a training that was stopped goes on.
      """)

  @Argument(help: "What to train: teacher, judge, autoencoder or prior.") var role: Role
  @Option(
    name: .shortAndLong, help: "The safetensors file to write.", completion: .file())
  var output: String
  @Option(help: "The dataset in the pool.") var dataset: String
  @Option(help: "The network (default: the role's own).") var architecture: String?
  @Option(help: "Passes over the images (default: the role's own).") var epochs: Int?
  @Option(help: "Seed of weights, order and augmentation.") var seed: UInt64 = 0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Train(role: role, dataset: dataset, output: output)
    stage.seed = seed
    if let architecture { stage.architecture = architecture }
    if let epochs { stage.epochs = epochs }
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      ["psrdb \(session.poolOption)import model \(role.rawValue) \(output)"]
    }
  }
}

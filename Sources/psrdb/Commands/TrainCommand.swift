import ArgumentParser
import Stages
import Store

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a teacher, judge, autoencoder or prior.",
    discussion: """
      Trains on the training split of a dataset in the pool alone, writes a safetensors file and \
      brings it into the pool. A checkpoint lies beside it, so a training that was stopped goes on. \
      A prior is trained on the latents of the pool's autoencoder: train that first.
      """)

  @Argument(help: "What to train: teacher, judge, autoencoder or prior.") var role: Role
  @Option(
    name: .shortAndLong, help: "The safetensors file to write.", completion: .file())
  var output: String
  @Option(help: "The dataset in the pool.") var dataset: String
  @Option(
    help: "A classifier's network (default: resnet10-16 for a teacher, convnet3 for a judge).")
  var architecture: String?
  @Option(
    help: """
      Passes over the images (default: 8 for a teacher or judge, 3 for an autoencoder, 12 for a \
      prior; of fewer than 60,000 images so many more that as many are seen).
      """)
  var epochs: Int?
  @Option(
    help: """
      Peak learning rate (default: 0.1 for a teacher, 0.05 for a judge, 0.002 for an autoencoder, \
      0.001 for a prior).
      """)
  var rate: Float?
  @Option(help: "Seed of weights, order and augmentation.") var seed: UInt64 = 0
  @Option(help: "The furthest a classifier's images are moved, in pixels.") var shift = 0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var stage = Train(role: role, dataset: dataset, output: output)
    stage.seed = seed
    stage.architecture = architecture
    stage.epochs = epochs
    stage.rate = rate
    stage.shift = shift
    let session = Session(options: global)
    let next = role == .prior ? "generate --per-class 128" : "quality"
    try session.stage(stage.run) { report in
      if report.poolDataset != dataset {
        session.warn(
          "This pool is of '\(report.poolDataset)', and the newest \(role.rawValue) counts: import its "
            + "own again before the next stage.")
      }
      return ["psrdb \(session.poolOption)\(next)"]
    }
  }
}

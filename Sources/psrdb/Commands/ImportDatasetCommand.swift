import ArgumentParser
import Engine
import Stages
import Store

struct ImportDatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Import both splits of a set of real images.",
    discussion: """
      idx: a folder with MNIST's four files, gzipped or not. image-folder: train/CLASS/*.png and \
      test/CLASS/*.png (or val/), JPEG too. cifar-binary: CIFAR-10's or CIFAR-100's binary \
      version. Images are square, of one size from 16 to 64 pixels, or are made so by --size; grey \
      or RGB, and all RGB where some are; an alpha channel is left out.
      """)

  @Argument(help: "The folder that holds it.", completion: .directory) var path: String
  @Option(help: "The dataset's name in the pool.") var name: String
  @Option(help: "How it lies on disk.") var format: DatasetFormat
  @Option(
    help: ArgumentHelp(
      "Class names in the order of labels, by commas, where the format has none.",
      valueName: "names"))
  var classes: NameList?
  @Option(
    help: ArgumentHelp(
      "Crop each image of a folder to its middle square and scale that, antialiased.",
      valueName: "pixels"))
  var size: Int?
  @Flag(
    inversion: .prefixedNo,
    help: "Mirror images belong to their class: not so of digits. All later commands go by it.")
  var flips = true
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stage = ImportDataset(
      dataset: name, format: format, path: path,
      classes: classes?.names, size: size, flips: flips)
    let session = Session(options: global)
    try session.stage(stage.run) { report in
      if report.poolDataset != name {
        session.warn(
          "This pool is of '\(report.poolDataset)'; '\(name)' serves train alone. Give it a pool of "
            + "its own to distil it: psrdb init \(shellWord(name + ".psr"))")
      }
      return [
        "import model teacher FILE",
        "train teacher --dataset \(shellWord(name)) --output teacher.safetensors",
      ].map { "psrdb \(session.poolOption)\($0)" }
    }
  }
}

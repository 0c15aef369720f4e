import ArgumentParser
import Engine
import Stages
import Store

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring real images, models, candidates or evaluations into the pool.",
    subcommands: [
      ImportDatasetCommand.self, ImportModelCommand.self, ImportCandidatesCommand.self,
      ImportEvaluationsCommand.self,
    ])
}

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
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stage = ImportDataset(
      dataset: name, format: format, path: path,
      classes: classes?.names, size: size)
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

struct ImportModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Import a network's weights from a safetensors file.")

  @Argument(help: "What it is for: teacher, judge, autoencoder or prior.") var role: Role
  @Argument(help: "The safetensors file.", completion: .file()) var path: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.stage(ImportModel(role: role, path: path).run) { report in
      if report.otherImages {
        session.warn(
          "\(path) was trained on other images than this pool has, or with its classes in another "
            + "order. `psrdb quality` shows whether it knows them.")
      }
      let next = report.missing.first.map { "import model \($0) FILE" }
      return ["psrdb \(session.poolOption)\(next ?? "generate --per-class 100")"]
    }
  }
}

struct ImportCandidatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "candidates", abstract: "Import candidates that were made elsewhere.",
    discussion: """
      The file is safetensors or npz and holds 'labels', integers [N], with 'latents' \
      [N, h, w, c] of the pool's autoencoder, 'images' u8 [N, H, W, C], or both; what is missing \
      is encoded or decoded by the autoencoder. `export --format safetensors` writes such files.
      """)

  @Argument(help: "The file.", completion: .file()) var path: String
  @Option(help: "The generation's name in the pool.") var generation: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.stage(ImportCandidates(generation: generation, path: path).run) { _ in
      ["psrdb \(session.poolOption)score"]
    }
  }
}

struct ImportEvaluationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluations", abstract: "Import results of students trained elsewhere.",
    discussion: """
      A file is what `psrdb --json query "SELECT * FROM evaluations"` printed of another pool. \
      Taken are students of a selection that this pool has under the same name with exactly the \
      same images, tested on the same split; the others are reported. What is taken, `evaluate` \
      does not train again. The journal says which results were imported, and from which file.
      """)

  @Argument(help: "The files.", completion: .file(extensions: ["json"])) var paths: [String]
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stage = ImportEvaluations(files: try paths.map(EvaluationFile.init))
    let session = Session(options: global)
    try session.stage(stage.run) { _ in
      ["psrdb \(session.poolOption)query \"\(EvaluateCommand.studentsQuery)\""]
    }
  }
}

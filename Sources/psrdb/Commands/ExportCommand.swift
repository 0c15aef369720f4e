import ArgumentParser
import Stages

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a selection as files that PyTorch reads.",
    discussion: """
      image-folder: CLASS/*.png, for torchvision's ImageFolder (allow_empty=True where the selection \
      leaves classes out). npz: images and labels, for NumPy. safetensors: the same and the \
      latents, of members where an image holds several. \
      webdataset: a tar of PNG, class and lineage. dd-ranking: a folder of normalised images.pt, \
      labels.pt and the teacher's soft_labels.pt.
      """)

  @Argument(help: "The selection.") var selection: String
  @Argument(help: "The folder or file to write.", completion: .file()) var path: String
  @Option(help: "What to write.") var format: ExportFormat
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let export = Export(selection: selection, format: format, path: path)
    try session.show(
      session.reading { pool in
        try session.perform(on: pool) { try export.run($0, asOf: global.asOf) }
      })
  }
}

import ArgumentParser
import Stages

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

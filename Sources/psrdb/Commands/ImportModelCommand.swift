import ArgumentParser
import Stages
import Store

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

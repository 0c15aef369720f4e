import ArgumentParser
import Stages

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a candidate's or image's scores, versions and selections.")

  @Argument(help: "A candidate's, version's or real image's id.") var id: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.show(session.reading { try Show(id).run($0, asOf: global.asOf) })
  }
}

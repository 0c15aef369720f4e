import ArgumentParser
import Stages

struct SheetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sheet", abstract: "Draw a contact sheet of selections, side by side, as PNG.")

  @Argument(help: "Selections, left to right.") var selections: [String]
  @Option(name: .shortAndLong, help: "The PNG to write.", completion: .file(extensions: ["png"]))
  var output: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let sheet = Sheet(selections: selections, path: output)
    try session.show(
      session.reading { pool in
        try session.perform(on: pool) { try sheet.run($0, asOf: global.asOf) }
      })
  }
}

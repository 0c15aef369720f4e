import ArgumentParser
import Stages

struct SheetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sheet", abstract: "Draw a contact sheet of selections, side by side, as PNG.",
    discussion: """
      One selection alone is drawn beside what it came from: the first candidates, as generated, and \
      the selections it refines. At most 50 images of each of 100 classes are drawn.
      """)

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

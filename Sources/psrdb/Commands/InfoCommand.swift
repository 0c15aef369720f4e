import ArgumentParser
import Stages

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say what the pool holds, its size and its fingerprint.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.show(session.reading { try Info().run($0, asOf: global.asOf) })
  }
}

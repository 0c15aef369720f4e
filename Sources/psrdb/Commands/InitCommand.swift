import ArgumentParser
import Store

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make an empty pool.")

  @Argument(help: "The pool's directory, NAME.psr.", completion: .directory)
  var path: String?
  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var path: String
    var fingerprint: String
  }

  func run() throws {
    guard let path = path ?? global.named() else {
      throw PoolError(.usage, "A new pool needs a name.", remedy: "psrdb init NAME.psr")
    }
    let session = Session(options: global)
    try session.requirePresent()
    let pool = try Pool.create(at: path, provenance: Version.provenance)
    defer { pool.close() }
    session.warnOfFileSystem(pool.path)
    try session.show(
      Report(path: pool.path, fingerprint: pool.head.digest),
      next: [
        "psrdb --pool \(shellWord(path)) import dataset --help",
        "psrdb run RECIPE.yaml --pool \(shellWord(path))",
      ])
  }
}

import ArgumentParser
import Store

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the pool as it stands, even while it is written to.",
    discussion: """
      The copy has no free pages; it appears under its name once every digest in it is verified.
      """)

  @Argument(help: "The copy's directory, not there yet.", completion: .directory)
  var destination: String
  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var backup: String
    var entries: Int64
    var fingerprint: String
  }

  func run() throws {
    let session = Session(options: global)
    try session.requirePresent()
    try session.reading { pool in
      try session.counted("backup") { try pool.backup(to: destination, progress: $0) }
    }
    // The pool may have grown since: what counts is what the copy holds.
    let copy = try Pool.open(
      at: destination, for: .reading, provenance: Version.provenance)
    defer { copy.close() }
    try session.show(
      Report(
        backup: destination, entries: copy.head.sequence, fingerprint: copy.head.digest))
  }
}

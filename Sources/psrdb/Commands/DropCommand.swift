import ArgumentParser
import Store

struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "End versions: questions no longer see them.",
    discussion: """
      The journal keeps their digests, and --as-of still sees them. What a selection holds cannot \
      be dropped. gc frees their tensors once all rows of a batch are dropped.
      """)

  @Argument(help: "Versions, as ls names them.") var ids: [String]
  @Option(help: "Why, for the journal.") var reason: String
  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var dropped: Int
    var sequence: Int64
    var fingerprint: String
  }

  func run() throws {
    let session = Session(options: global)
    try session.writing { pool in
      let entry = try pool.drop(ids, reason: reason)
      try session.show(
        Report(
          dropped: Set(ids).count, sequence: entry.sequence, fingerprint: pool.head.digest),
        next: ["psrdb \(session.poolOption)gc --dry-run"])
    }
  }
}

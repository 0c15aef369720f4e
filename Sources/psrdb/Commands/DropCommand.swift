import ArgumentParser
import Stages
import Store

struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "End versions: questions no longer see them.",
    discussion: """
      The journal keeps their digests, and --as-of still sees them. What a selection holds cannot \
      be dropped. gc frees their tensors once all rows of a batch are dropped.
      """)

  @Argument(help: "Versions, as ls names them.") var ids: [String] = []
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Those that fulfil this SQL expression over version_scores, as with ls.", valueName: "expr"))
  var condition: String?
  @Option(help: "Why, for the journal.") var reason: String
  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var dropped: Int
    var sequence: Int64
    var fingerprint: String
  }

  func validate() throws {
    if reason.allSatisfy(\.isWhitespace) { throw ValidationError("A --reason says something.") }
  }

  func run() throws {
    let session = Session(options: global)
    try session.writing { pool in
      let matching = try condition.map { try ListVersions(where: $0).ids(pool) } ?? []
      let versions = Set(ids + matching)
      let entry = try pool.drop(Array(versions), reason: reason)
      try session.show(
        Report(
          dropped: versions.count, sequence: entry.sequence, fingerprint: pool.head.digest),
        next: ["psrdb \(session.poolOption)gc --dry-run"])
    }
  }
}

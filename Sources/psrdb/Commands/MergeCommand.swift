import ArgumentParser
import Stages
import Store

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Take what other pools hold and this one does not.",
    discussion: """
      Datasets, models, candidates, scores, refinements and drops are taken; rankings, selections \
      and evaluations stay where they are. Each pool is taken whole or not at all. A candidate \
      that is here with other bytes is taken too, and flagged nondeterministic.
      """)

  @Argument(help: "Other pools, e.g. shards of a generation.", completion: .directory)
  var shards: [String]
  @OptionGroup var global: GlobalOptions

  private struct Shard: Encodable {
    var path: String
    var taken: Int
    var known: Int
    var leftBehind: Int
    var leftOut: Int
  }

  private struct Report: Encodable {
    var pool: String
    var fingerprint: String
    var shards: [Shard]
  }

  func run() throws {
    let session = Session(options: global)
    try session.writing { pool in
      let taken = try session.watched { report, isCancelled in
        try shards.enumerated().map { number, path in
          if isCancelled() { throw Interrupted() }
          report(
            ProgressUpdate(stage: "merge", done: number, total: shards.count, note: path))
          let merged = try pool.merge(path)
          return Shard(
            path: path, taken: merged.entries, known: merged.known,
            leftBehind: merged.leftBehind, leftOut: merged.leftOut)
        }
      }
      try session.show(
        Report(pool: pool.path, fingerprint: pool.head.digest, shards: taken),
        next: ["psrdb \(session.poolOption)info"])
    }
  }
}

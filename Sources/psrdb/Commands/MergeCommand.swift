import ArgumentParser
import Stages
import Store

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Take what other pools hold and this one does not.",
    discussion: """
      Datasets, models, candidates, scores, refinements and drops are taken; rankings, selections \
      and evaluations stay where they are. Each pool is taken whole or not at all. A candidate \
      that is here with other bytes is taken too, and flagged nondeterministic. Where a teacher, judge, \
      autoencoder or prior comes, it is the newest, which counts from then on.
      """)

  @Argument(help: "Other pools, e.g. shards of a generation.", completion: .directory)
  var shards: [String]
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.writing { pool in
      let report = try session.perform(on: pool) { try MergePools(shards).run($0) }
      for (role, digest) in report.replacedModels.sorted(by: { $0.key < $1.key }) {
        session.warn(
          "the newest \(role) counts, and that came by this merge now. To go on with \(digest.prefix(8)): "
            + "psrdb \(session.poolOption)import model \(role) FILE")
      }
      try session.show(report, next: ["psrdb \(session.poolOption)info"])
    }
  }
}

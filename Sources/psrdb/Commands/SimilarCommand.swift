import ArgumentParser
import Stages
import Store

struct SimilarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similar", abstract: "List the images whose features are nearest to an image's.",
    discussion: """
      Looks among all versions of all candidates, of every class, or among the real training images; those that are scored.
      """)

  @Argument(help: "A candidate's, version's or real image's id.") var id: String
  @Option(name: [.customShort("k"), .long], help: "How many.") var count = RowLimit(
    Similar("").count)
  @Option(help: "Look among candidates or real training images.") var source = Source.pool
  @Option(help: "The scoring whose features count.") var scoring = "base"
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var question = Similar(id)
    question.count = count.rows
    question.source = source
    question.scoring = scoring
    let session = Session(options: global)
    try session.show(session.reading { [question] in try question.run($0, asOf: global.asOf) })
  }
}

import ArgumentParser
import Stages
import Store

struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates", abstract: "List pairs of candidates with nearly the same features.",
    discussion: """
      Pairs within a class, the most similar first; each candidate in its newest accepted version. \
      select takes no two candidates with the very same features where others are left; but its \
      strategies first and random do not look.
      """)

  @Option(help: "The least cosine of the features.") var threshold = Duplicates().threshold
  @Option(
    help: ArgumentHelp("Only these classes, by name or number.", valueName: "class,class"))
  var classes: NameList?
  @Option(help: "The scoring whose features count.") var scoring = "base"
  @Option(help: "At most this many pairs.") var limit = RowLimit(Duplicates().limit)
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.requirePresent()
    var question = Duplicates()
    question.threshold = threshold
    question.classes = classes?.names ?? []
    question.scoring = scoring
    question.limit = limit.rows
    try session.show(session.reading { [question] in try question.run($0) })
  }
}

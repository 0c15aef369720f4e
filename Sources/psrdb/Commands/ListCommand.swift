import ArgumentParser
import Stages
import Store

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List versions of candidates with their scores.")

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only what fulfils this SQL expression over version_scores, e.g. \"margin < 0.1\".",
      valueName: "expr"))
  var condition = ""
  @Option(
    name: .customLong("class"), help: ArgumentHelp("A class's name or number.", valueName: "class"))
  var className: String?
  @Option(help: "At most this many rows.") var limit = RowLimit(ListVersions().limit)
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var question = ListVersions()
    question.condition = condition
    question.className = className
    question.limit = limit.rows
    let session = Session(options: global)
    try session.show(session.reading { try question.run($0, asOf: global.asOf) })
  }
}

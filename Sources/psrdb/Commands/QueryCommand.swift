import ArgumentParser
import Stages
import Store

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask the index one SQL statement that reads.",
    discussion: """
      Tables: classes datasets images models candidates versions scores rankings picks selections \
      members refinements evaluations journal. Views: version_scores image_scores. \
      schema/index.sql says what every column is.
      """)

  @Argument(help: "One SELECT.") var sql: String
  @Flag(help: "Print CSV.") var csv = false
  @Option(help: "At most this many rows.") var limit: Int?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    let table = try session.reading { try $0.query(sql, asOf: global.asOf, limit: limit) }
    if csv {
      Terminal.out(psrdb.csv(table))
    } else {
      session.show(table)
    }
  }
}

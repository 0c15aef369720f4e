import ArgumentParser
import Engine
import Stages
import Store

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask the index one SQL statement that reads.",
    discussion: """
      Tables: journal tensors datasets classes images models generations candidates versions \
      conflicts scorings scores rankings picks selections members refinements evaluations drops \
      merges. Views: version_scores image_scores pool_classes. --schema says what every column is.

      --plot draws lines: the first column names a row's line, the second is its x, the third its \
      y, and a fourth half the height of an error bar.
      """)

  @Argument(help: "One SELECT.") var sql: String?
  @Flag(help: "Print the tables, views and their columns instead.") var schema = false
  @Flag(help: "Print CSV.") var csv = false
  @Option(help: "At most this many rows.") var limit: RowLimit?
  @Option(help: "At most this many seconds.") var timeout: Double?
  @Option(
    help: ArgumentHelp("Draw the rows too, as SVG or PNG.", valueName: "file"),
    completion: .file(extensions: ["svg", "png"]))
  var plot: String?
  @Flag(name: .customLong("log-x"), help: "Draw x by its logarithm.") var logarithmicX = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if logarithmicX && plot == nil { throw ValidationError("--log-x is of a --plot.") }
    if schema && (sql != nil || csv || limit != nil || plot != nil) {
      throw ValidationError("--schema is asked for alone.")
    }
    if csv && global.json { throw ValidationError("An answer is --csv or --json, not both.") }
  }

  // SQLite keeps the statements as written, comments and all.
  private static let schemaQuery =
    "SELECT name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"

  func run() throws {
    let session = Session(options: global)
    if schema {
      let table = try session.reading { try $0.query(Self.schemaQuery) }
      if global.json {
        try session.show(table)
      } else {
        try Terminal.out(table.rows.map { plain($0[1]) + ";\n\n" }.joined())
      }
      return
    }
    guard let sql else {
      throw PoolError(
        .usage, "There is no question.", remedy: "psrdb query \"SELECT * FROM candidates LIMIT 5\"")
    }
    guard timeout.map({ $0 > 0 }) ?? true else {
      throw PoolError(
        .usage, "A query gets some time: more than 0 seconds.",
        remedy: "psrdb query --timeout 10 \"SELECT …\"")
    }
    let table = try session.reading {
      try $0.query(sql, asOf: global.asOf, limit: limit?.rows, timeout: timeout)
    }
    if let plot {
      var drawn = try linePlot(table)
      drawn.logarithmicX = logarithmicX
      try drawn.write(to: plot)
    }
    if global.json, Set(table.columns).count < table.columns.count {
      throw PoolError(
        .usage, "Two columns have one name, as no two fields of a JSON object may.",
        remedy: "Name them apart: psrdb --json query \"SELECT a AS one, b AS two …\"")
    }
    if csv {
      try Terminal.out(psrdb.csv(table))
      session.tellOfMore(table)
    } else {
      try session.show(table)
    }
  }
}

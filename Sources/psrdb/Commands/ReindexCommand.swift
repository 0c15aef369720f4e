import ArgumentParser
import Foundation
import Store

struct ReindexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex", abstract: "Make the SQLite index anew from the journal.")

  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var pool: String
    var entries: Int64
    var seconds: Double
  }

  func run() throws {
    let session = Session(options: global)
    let start = ProcessInfo.processInfo.systemUptime
    try session.writing { pool in
      try pool.reindex()
      try session.show(
        Report(
          pool: pool.path, entries: pool.head.sequence,
          seconds: ProcessInfo.processInfo.systemUptime - start))
    }
  }
}

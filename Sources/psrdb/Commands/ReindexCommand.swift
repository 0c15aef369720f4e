import ArgumentParser
import Foundation
import Store

struct ReindexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex", abstract: "Make the SQLite index anew from the journal.")

  @OptionGroup var global: GlobalOptions

  private struct Report: Encodable {
    var path: String
    var entries: Int64
    var seconds: Double
  }

  func run() throws {
    let session = Session(options: global)
    let start = ProcessInfo.processInfo.systemUptime
    // An index that keeps the pool from being opened is made anew all the same.
    let pool = try Pool.reindex(at: session.writablePath(), provenance: Version.provenance)
    defer { pool.close() }
    try session.show(
      Report(
        path: pool.path, entries: pool.head.sequence,
        seconds: ProcessInfo.processInfo.systemUptime - start))
  }
}

import ArgumentParser
import Foundation
import Store

/// The options every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The pool's directory (default: $PSRDB_POOL, else the only *.psr here).",
      valueName: "path"),
    completion: .directory)
  var pool: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(name: .shortAndLong, help: "No progress, no hints.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Answer as the pool stood at this journal entry.", valueName: "sequence"))
  var asOf: Int64?

  /// The pool's path by option, environment or directory.
  /// - Throws: `PoolError` with code `noPool` where none or more than one is meant.
  func path(
    environment: [String: String] = ProcessInfo.processInfo.environment, directory: String = "."
  ) throws -> String {
    if let path = named(environment) { return path }
    let here = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let pools = here.filter { $0.hasSuffix(".psr") }.sorted()
    if pools.count == 1 { return pools[0] }
    throw PoolError(
      .noPool,
      pools.isEmpty
        ? "There is no pool here: no --pool, no $PSRDB_POOL and no *.psr in this directory."
        : "Which pool? There are \(pools.joined(separator: ", ")) here.",
      remedy: pools.isEmpty
        ? "psrdb init NAME.psr makes one." : "Name it: psrdb --pool \(pools[0]) …")
  }

  /// The pool's path where the user names one.
  func named(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    if let pool, !pool.isEmpty { return pool }
    return environment["PSRDB_POOL"].flatMap { $0.isEmpty ? nil : $0 }
  }
}

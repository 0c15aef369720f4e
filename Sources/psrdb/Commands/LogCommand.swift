import ArgumentParser
import Stages
import Store

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "List the journal: every change, chained by digests.",
    discussion: """
      The digest of the last entry is the pool's fingerprint. --verify recomputes the chain and \
      every entry's digest.
      """)

  @Flag(help: "Check the chain of digests.") var verify = false
  @Option(help: "Only the last so many entries.") var limit: RowLimit?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(options: global)
    try session.reading { pool in
      // Printed when all is read: whoever looks at it may take their time.
      let (table, fingerprint) = try pool.frozen(asOf: global.asOf) { try read(pool) }
      try session.show(table)
      if !global.json, !global.quiet { try Terminal.out("fingerprint  \(fingerprint)\n") }
      if verify { try check(pool, session) }
    }
  }

  private func read(_ pool: Pool) throws -> (Table, fingerprint: String) {
    // Whole where a script reads it.
    let digest = global.json ? "digest" : "substr(digest, 1, 12)"
    let table = try pool.query(
      """
      SELECT * FROM (SELECT sequence, time, kind, summary, bytes, \(digest) AS digest
        FROM journal ORDER BY sequence DESC LIMIT ?) ORDER BY sequence
      """, [Value(limit?.rows ?? .max)], asOf: global.asOf)
    let last = try pool.query(
      "SELECT digest FROM journal ORDER BY sequence DESC LIMIT 1", asOf: global.asOf)
    return (table, last.rows.first?.first?.string ?? "")
  }

  private func check(_ pool: Pool, _ session: Session) throws {
    let findings = try pool.verify(deep: false)
    guard findings.isEmpty else {
      let report = VerifyText.Report(path: pool.path, deep: false, findings: findings)
      guard !global.json else {
        throw PoolError(
          .damage, findings.map { "\($0.where): \($0.what)" }.joined(separator: " "),
          remedy: "psrdb verify says of each what to do.")
      }
      Terminal.error(VerifyText.text(report))
      throw ExitCode(PoolError.Code.damage.rawValue)
    }
    if !global.json, !global.quiet { try Terminal.out("The chain of digests is whole.\n") }
  }
}

import Store

/// What `verify` found.
enum VerifyText {
  struct Report: Encodable {
    var pool: String
    var deep: Bool
    var entries: Int64
    var fingerprint: String
    var findings: [Finding]
  }

  static func report(_ findings: [Finding], _ pool: Pool, deep: Bool) -> Report {
    Report(
      pool: pool.path, deep: deep, entries: pool.head.sequence, fingerprint: pool.head.digest,
      findings: findings)
  }

  static func text(_ report: Report) -> String {
    guard !report.findings.isEmpty else {
      let count = Human.count(Int(report.entries))
      let depth = report.deep ? ", every tensor's digest too" : ""
      return "\(report.pool) is whole: \(count) \(count == "1" ? "entry" : "entries")\(depth).\n"
        + "fingerprint \(report.fingerprint)\n"
    }
    return report.findings.map { "\($0.where): \($0.what) [\($0.id)]\n  \($0.remedy)\n" }.joined()
  }
}

import Store

/// What `verify` found.
enum VerifyText {
  struct Report: Encodable {
    var pool: String
    var deep: Bool
    /// The last entry's digest, where the pool is whole.
    var fingerprint: String?
    var findings: [Finding]
  }

  static func text(_ report: Report) -> String {
    guard report.findings.isEmpty else {
      return report.findings.map { "\($0.where): \($0.what) [\($0.id)]\n  \($0.remedy)\n" }.joined()
    }
    let depth = report.deep ? "every tensor's digest too" : "--deep checks every tensor's digest"
    return "\(report.pool) is whole; \(depth).\nfingerprint  \(report.fingerprint ?? "")\n"
  }
}

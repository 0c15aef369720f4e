import Store

/// What `verify` found.
enum VerifyText {
  struct Report: Encodable {
    var path: String
    var deep: Bool
    /// Which part of the tensors was read, N/T.
    var subset: String?
    /// The digest of the last entry that was looked at, where the pool is whole.
    var fingerprint: String?
    var findings: [Finding]
  }

  static func text(_ report: Report) -> String {
    guard report.findings.isEmpty else {
      return report.findings.map { "\($0.where): \($0.what) [\($0.id)]\n  \($0.remedy)\n" }.joined()
    }
    let depth =
      if let subset = report.subset {
        "so is every tensor's digest in part \(subset)"
      } else if report.deep {
        "every tensor's digest too"
      } else {
        "--deep checks every tensor's digest"
      }
    return "\(report.path) is whole; \(depth).\nfingerprint  \(report.fingerprint ?? "")\n"
  }
}

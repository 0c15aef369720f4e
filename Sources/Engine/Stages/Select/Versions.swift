/// Which version of a candidate is chosen from: one of each candidate at most.
public enum Versions: String, Codable, CaseIterable, Sendable {
  /// As generated.
  case generated
  /// The newest that a refinement accepted, or else as generated.
  case latest
  /// The newest that a refinement made, accepted or not; candidates never refined are left out.
  case refined
  /// The newest that a refinement accepted; the other candidates are left out.
  case accepted

  /// SQL over `version_scores`.
  var condition: String {
    func newest(_ which: String) -> String {
      """
      (SELECT max(w.version) FROM versions AS w
        WHERE w.candidate = version_scores.candidate AND w.version > 0\(which))
      """
    }
    return switch self {
    case .generated: "version = 0"
    case .latest: "version = coalesce(\(newest(" AND w.accepted = 1")), 0)"
    case .refined: "version = \(newest(""))"
    case .accepted: "version = \(newest(" AND w.accepted = 1"))"
    }
  }
}

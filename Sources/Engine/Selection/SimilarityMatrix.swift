/// The matrix of similarities that a strategy needs all of.
public enum SimilarityMatrix: Sendable {
  /// None: a row of it for each pick at most.
  case none
  /// Candidates with the targets.
  case targets
  /// Candidates with each other.
  case candidates
}

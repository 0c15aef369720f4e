/// Why candidates could not be ranked, and what to do about it.
public enum SelectionError: Error, Equatable, CustomStringConvertible {
  /// No strategy of that name; the nearest known names follow.
  case unknownStrategy(String, nearest: [String])
  /// The strategy has no parameter of that name; those it has follow.
  case unknownParameter(String, strategy: String, known: [String])
  /// A parameter outside its range.
  case invalidParameter(String, strategy: String, value: Double, range: ClosedRange<Double>)
  /// More picks asked for than there are candidates.
  case tooFew(label: Int, candidates: Int, asked: Int)
  /// The strategy needs a score that the candidates do not have.
  case notScored(String, label: Int)
  /// Features, scores and ids that do not belong together, or hold NaN or infinity.
  case invalidCandidates(label: Int, reason: String)
  /// No allocation meets the least and the most images of every class.
  case impossibleAllocation(String)

  public var description: String {
    switch self {
    case .unknownStrategy(let name, let nearest):
      "no strategy is called '\(name)'; did you mean \(nearest.joined(separator: ", "))?"
    case .unknownParameter(let name, let strategy, let known):
      known.isEmpty
        ? "strategy '\(strategy)' has no parameters, so not '\(name)' either"
        : "strategy '\(strategy)' has no parameter '\(name)'; it has "
          + known.joined(separator: ", ")
    case .invalidParameter(let name, let strategy, let value, let range):
      "parameter '\(name)' of strategy '\(strategy)' is \(value), outside "
        + "\(range.lowerBound)...\(range.upperBound)"
    case .tooFew(let label, let candidates, let asked):
      "class \(label) has \(candidates) candidates, fewer than the \(asked) asked for; "
        + "generate more or ask for at most \(candidates)"
    case .notScored(let score, let label):
      "the candidates of class \(label) have no \(score); score the pool first"
    case .invalidCandidates(let label, let reason):
      "the candidates of class \(label) cannot be ranked: \(reason)"
    case .impossibleAllocation(let reason): "no such allocation: \(reason)"
    }
  }
}

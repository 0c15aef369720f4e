/// A way to order the candidates of a class.
public protocol Strategy: Sendable {
  /// The name it is asked for by.
  static var name: String { get }
  /// What it does, in a line.
  static var summary: String { get }
  static var parameters: [StrategyParameter] { get }
  /// Whether the first k picks of a longer ranking are the ranking of length k.
  static var isNested: Bool { get }
  /// Whether it looks at features or scores.
  static var needsScores: Bool { get }
  /// The similarities it keeps while it ranks.
  static var matrix: SimilarityMatrix { get }

  /// - Parameter values: a value for each of `parameters`, in range.
  init(_ values: [String: Double], seed: UInt64)

  /// The names of the parts of a pick's gain.
  var terms: [String] { get }

  /// Continues `known`, a ranking by this strategy of these candidates, to `count` picks. What
  /// comes out is what a ranking from nothing would be. Call `rank` instead, which checks.
  func extend(
    _ known: Ranking, to count: Int, over candidates: ClassCandidates, memory: Int
  ) throws(SelectionError) -> Ranking
}

extension Strategy {
  public static var needsScores: Bool { true }
  public static var matrix: SimilarityMatrix { .none }

  /// Ranks the candidates of a class.
  ///
  /// - Parameters:
  ///   - known: an earlier ranking of the same candidates by this strategy, to be continued.
  ///   - memory: bytes that similarities may take; the result does not depend on it.
  /// - Throws: `SelectionError` when there are fewer candidates than `count`, or a score that the
  ///   strategy needs is missing.
  public func rank(
    _ candidates: ClassCandidates, count: Int, extending known: Ranking? = nil,
    memory: Int = 256 << 20
  ) throws(SelectionError) -> Ranking {
    guard count <= candidates.count else {
      throw .tooFew(label: candidates.label, candidates: candidates.count, asked: count)
    }
    guard let known, Self.isNested else {
      return try extend(Ranking(), to: count, over: candidates, memory: memory)
    }
    precondition(known.picks.allSatisfy { $0 >= 0 && $0 < candidates.count }, "foreign ranking")
    if known.picks.count >= count { return known.prefix(count) }
    return try extend(known, to: count, over: candidates, memory: memory)
  }
}

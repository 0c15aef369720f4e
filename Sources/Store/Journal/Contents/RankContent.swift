/// `rank`: ordered picks of each class. A longer ranking of the same key replaces a shorter one.
///
/// Tensors for each class, with `class` set: `picks` i64 [k, 2] as (entry, row) in order,
/// `gains` f32 [k, terms], `bounds` f32 [k] (sum of the k largest gains that remained after the
/// first k picks: the certificate at IPC k is G/(G+bound)), `flags` u8 [k] (1: back-filled,
/// it did not pass the gate or repeats another).
public struct RankContent: Codable, Equatable, Sendable {
  /// SHA-256 over everything that determines the order (strategy, parameters, seed, scoring, slice,
  /// source and the digests of the entries that hold what is ranked), hex. Asked again, it is found
  /// instead of computed. A block of classes stored before the others are ranked has "/" and its
  /// number behind it.
  public var key: String
  public var strategy: String
  /// All of the strategy's, by name. A seed is among the entry's arguments.
  public var parameters: [String: Double]
  public var source: Source
  public var scoring: String
  /// What was ranked: an SQL expression over `version_scores`, behind other conditions where there
  /// are any; empty for all.
  public var slice: String
  /// Names of the columns of `gains`.
  public var terms: [String]
  public var length: Int

  public init(
    key: String, strategy: String, parameters: [String: Double], source: Source, scoring: String,
    slice: String, terms: [String], length: Int
  ) {
    self.key = key
    self.strategy = strategy
    self.parameters = parameters
    self.source = source
    self.scoring = scoring
    self.slice = slice
    self.terms = terms
    self.length = length
  }
}

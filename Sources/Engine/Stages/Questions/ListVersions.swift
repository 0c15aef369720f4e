public import Store

/// `ls`: versions and their scores, a row for each scoring.
public struct ListVersions: Equatable, Sendable {
  /// SQL over `version_scores`; empty for all.
  public var condition = ""
  /// A class's name or number.
  public var className: String?
  public var limit = 50

  public init(where condition: String = "") { self.condition = condition }

  /// - Throws: `PoolError`: `notFound` for an unknown class, `usage` for a condition SQLite
  ///   refuses.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Table {
    var conditions: [String] = []
    var arguments: [Value] = []
    if let className {
      conditions.append("class = ?")
      arguments.append(Value(try classNumber(className, in: pool, asOf: asOf)))
    }
    try checkCondition(condition, of: Source.pool.relation, in: pool)
    if !condition.isEmpty { conditions.append("(\(condition)\n)") }
    let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    // The one more tells that there are more; without a limit all would be sorted in memory.
    return try pool.query(
      """
      SELECT id, class, class_name, seed, scoring, correct, confidence, entropy, margin,
        judge_correct, judge_confidence, accepted, refinement
      FROM version_scores \(filter) ORDER BY class, number, plan, version, scoring
      LIMIT \(limit < .max ? max(0, limit) + 1 : -1)
      """, arguments, asOf: asOf, limit: limit)
  }

  /// The ids of all versions that fulfil the condition.
  /// - Throws: `PoolError` with code `usage` for a condition SQLite refuses.
  public func ids(_ pool: Pool) throws -> [String] {
    try checkCondition(condition, of: Source.pool.relation, in: pool)
    return try pool.query("SELECT DISTINCT id FROM version_scores WHERE (\(condition)\n)").rows
      .compactMap { $0[0].string }
  }
}

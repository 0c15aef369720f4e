public import Store

/// `ls`: versions and their scores, the newest accepted of each candidate unless a condition
/// speaks about versions itself.
public struct ListVersions: Equatable, Sendable {
  /// SQL over `version_scores`; empty for all.
  public var condition = ""
  /// A class's number or name.
  public var className: String?
  public var limit = 50

  public init() {}

  /// - Throws: `PoolError`: `notFound` for an unknown class, `usage` for a condition SQLite refuses.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Table {
    var conditions: [String] = []
    var arguments: [Value] = []
    if let className {
      conditions.append("class = ?")
      arguments.append(Value(try number(of: className, pool, asOf)))
    }
    if !condition.isEmpty { conditions.append("(\(condition)\n)") }
    let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    return try pool.query(
      """
      SELECT id, class, class_name, seed, scoring, correct, confidence, entropy, margin,
        judge_correct, judge_confidence, accepted, refinement
      FROM version_scores \(filter) ORDER BY class, number, plan, version, scoring
      LIMIT \(max(0, limit))
      """, arguments, asOf: asOf)
  }

  private func number(of name: String, _ pool: Pool, _ asOf: Int64?) throws -> Int {
    if let number = Int(name) { return number }
    let classes = try pool.query("SELECT name, class FROM classes ORDER BY class", asOf: asOf).rows
    if let row = classes.first(where: { $0[0].string == name }), let number = row[1].int {
      return number
    }
    let guess = nearestName(to: name, among: classes.compactMap { $0[0].string })
    throw PoolError(
      .notFound,
      "\(pool.path) has no class '\(name)'." + (guess.map { " Did you mean '\($0)'?" } ?? ""),
      remedy: "psrdb query \"SELECT class, name FROM classes\"")
  }
}

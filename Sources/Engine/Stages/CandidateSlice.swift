import Store

/// What a selection chooses from: the part of a pool's candidates (as generated), or of the real
/// training images, that a condition leaves.
struct CandidateSlice {
  var source: Source
  var scoring: String
  /// SQL over `version_scores` or `image_scores`; empty for all.
  var condition: String
  /// Whether only what is scored counts.
  var needsScores: Bool

  /// Strategies that look at neither features nor scores.
  static let scoreless: Set = ["first", "random"]

  /// One class's rows, in an order that no merge or generation order changes.
  struct Members {
    var label: Int
    /// Entry and row of the version or image.
    var rows: [Place]
  }

  struct Place: Hashable {
    var entry: Int64
    var row: Int
  }

  /// The slice by class, classes ascending.
  /// - Throws: `PoolError` with code `usage` when SQLite does not take the condition.
  func classes(in pool: Pool) throws -> [Members] {
    var conditions = source == .pool ? ["version = 0"] : ["split = 'train'"]
    var arguments: [Value] = []
    if needsScores {
      conditions.append("scoring = ?")
      arguments.append(.text(scoring))
    }
    if !condition.isEmpty { conditions.append("(\(condition)\n)") }
    let order = source == .pool ? "number, plan" : "position, entry"
    let relation = source == .pool ? "version_scores" : "image_scores"
    // Where the scoring is left open an item has a row for each: grouped, it is one again.
    let table: Table
    do {
      table = try pool.query(
        "SELECT class, entry, row FROM \(relation) "
          + "WHERE \(conditions.joined(separator: " AND ")) "
          + "GROUP BY item ORDER BY class, \(order)", arguments)
    } catch let error as PoolError where !condition.isEmpty && error.code == .usage {
      throw PoolError(
        .usage, "The condition \"\(condition)\" cannot be asked: \(error.message)",
        remedy: "psrdb query \"SELECT * FROM \(relation) LIMIT 1\" shows the columns there are.")
    }
    var result: [Members] = []
    for row in table.rows {
      guard let label = row[0].int, let entry = row[1].int, let number = row[2].int else {
        continue
      }
      if result.last?.label != label { result.append(Members(label: label, rows: [])) }
      result[result.count - 1].rows.append(Place(entry: Int64(entry), row: number))
    }
    return result
  }

  /// Words that change when what is ranked, or what it is ranked by, changes.
  func fingerprint(_ classes: [Members], in pool: Pool) throws -> [String] {
    // Which rows are alive, and who scored them; real features are what `psr` covers.
    let entries = try pool.query(
      """
      SELECT digest FROM journal WHERE kind IN ('generate', 'drop', 'merge', 'dataset')
        OR sequence IN (SELECT entry FROM scorings WHERE scoring = ? AND (
          target IN (SELECT entry FROM generations) OR target IN (SELECT entry FROM datasets)))
      ORDER BY sequence
      """, [.text(scoring)])
    var words = entries.rows.map { $0[0].string ?? "" }
    // A condition may ask anything, so its answer counts.
    if !condition.isEmpty {
      for members in classes {
        words.append("class \(members.label)")
        words += members.rows.map { "\($0.entry)/\($0.row)" }
      }
    }
    return words
  }

  /// Why the slice is empty.
  func emptiness(in pool: Pool) throws -> PoolError {
    let everything = source == .pool ? "candidates" : "images"
    let count = try pool.query("SELECT count(*) FROM \(everything)").rows.first?.first?.int ?? 0
    if count == 0 {
      return source == .pool
        ? PoolError(
          .notFound, "\(pool.path) has no candidates yet.", remedy: "psrdb generate --per-class 100"
        )
        : PoolError(
          .notFound, "\(pool.path) has no real images.", remedy: "psrdb import dataset --help")
    }
    if !condition.isEmpty {
      let noun = needsScores ? "scored \(everything)" : everything
      return PoolError(
        .usage, "No \(noun) in \(pool.path) fulfil \"\(condition)\".",
        remedy: "psrdb ls --where \"\(condition)\" shows what a condition leaves.")
    }
    return PoolError(
      .notFound, "Nothing in \(pool.path) is scored as '\(scoring)' yet.",
      remedy: scoring == "base" ? "psrdb score" : "psrdb score --scoring \(scoring)")
  }
}

import Store

/// What is chosen from: the part of a pool's candidates, or of the real training images, that all
/// of these conditions leave.
struct CandidateSlice {
  var source: Source
  var scoring: String
  /// Whether only what is scored counts.
  var needsScores: Bool
  /// Nil: as generated, or, with `from`, as that selection holds them.
  var versions: Versions?
  /// Numbers; empty for all.
  var classes: [Int] = []
  /// Only what this generation made.
  var generation: String?
  /// Only what this selection holds, and without what that one holds.
  var from: String?
  var exclude: String?
  /// SQL over `version_scores` or `image_scores`; empty for all.
  var condition = ""

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
  func classes(in pool: Pool, asOf: Int64? = nil) throws -> [Members] {
    // Generated batches are there in whole, as a rule: a million rows need not be read one by one.
    if source == .pool, versions ?? .generated == .generated, from == nil, exclude == nil,
      condition.isEmpty
    {
      return try GeneratedRows(slice: self, pool: pool, asOf: asOf).classes()
    }
    let (filter, arguments) = try filter(in: pool)
    let order = source == .pool ? "number, plan" : "position, entry"
    // An item has a row for each scoring where that is left open: grouped, it is one again.
    let table = try pool.query(
      """
      SELECT class, entry, row FROM \(source.relation) WHERE \(filter)
      GROUP BY item ORDER BY class, \(order)
      """, arguments, asOf: asOf)
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

  /// The slice as SQL over its relation.
  private func filter(in pool: Pool) throws -> (String, [Value]) {
    var conditions: [String] = []
    var arguments: [Value] = []
    if source == .real {
      // Of the data set that everything else goes by: a pool may hold others.
      conditions.append("entry = ?")
      arguments.append(.integer(try RealImages(.train, in: pool).entry.sequence))
    } else if from == nil || versions != nil {
      conditions.append((versions ?? .generated).condition)
    }
    if needsScores {
      conditions.append("scoring = ?")
      arguments.append(.text(scoring))
    }
    if !classes.isEmpty {
      conditions.append("class IN (\(classes.map(String.init).joined(separator: ", ")))")
    }
    if let generation {
      conditions.append("generation = ?")
      arguments.append(.text(generation))
    }
    if let from {
      let identity = source == .real || versions == nil ? "item" : "candidate"
      conditions.append("\(identity) IN (SELECT \(identity) FROM members WHERE selection = ?)")
      arguments.append(.text(from))
    }
    if let exclude {
      let identity = source == .real ? "item" : "candidate"
      conditions.append(
        "\(identity) NOT IN (SELECT \(identity) FROM members WHERE selection = ?)")
      arguments.append(.text(exclude))
    }
    // A line of its own: the condition may end in a comment.
    if !condition.isEmpty {
      try checkCondition(condition, of: source.relation, in: pool)
      conditions.append("(\(condition)\n)")
    }
    return (conditions.joined(separator: " AND "), arguments)
  }

  /// Refuses names that the pool does not know, and what cannot be asked of real images.
  func check(in pool: Pool) throws {
    if source == .real, versions != nil || generation != nil {
      throw PoolError(
        .usage, "Real images have no versions and are of no generation.",
        remedy: "Leave --versions and --generation away, or choose --source pool.")
    }
    for selection in [from, exclude].compactMap(\.self) {
      try requireSelection(selection, in: pool)
      let held = try pool.query(
        "SELECT source FROM selections WHERE selection = ?", [.text(selection)])
      guard held.rows.first?.first?.string == source.rawValue else {
        throw PoolError(
          .usage,
          "'\(selection)' does not hold \(source == .pool ? "candidates" : "real images").",
          remedy: "psrdb query \"SELECT selection, source FROM selections\"")
      }
    }
    if let generation {
      let known = try pool.query("SELECT DISTINCT generation FROM generations").rows
        .compactMap { $0[0].string }
      guard known.contains(generation) else {
        throw PoolError(
          .notFound,
          "\(pool.path) has no generation '\(generation)'."
            + guess(generation, among: known),
          remedy: "psrdb query \"SELECT DISTINCT generation FROM generations\"")
      }
    }
  }
}

extension Source {
  /// The view whose rows conditions are of.
  var relation: String { self == .pool ? "version_scores" : "image_scores" }
}

import Store

extension CandidateSlice {
  /// Refuses a condition that may be answered otherwise the next time, for rankings are kept.
  static func requireLasting(_ condition: String) throws {
    let passing: [Regex<Substring>] = [
      /\brandom(?:blob)?\s*\(/, /\b(?:(?:total_)?changes|last_insert_rowid)\s*\(/,
      // Times of day, and of functions that are told none.
      /\bcurrent_(?:date|time|timestamp)\b/, /['"]now['"]/,
      /\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*\)/,
      /\bstrftime\s*\(\s*(?:'[^']*'|"[^"]*")\s*\)/,
    ]
    guard passing.contains(where: { condition.firstMatch(of: $0.ignoresCase()) != nil }) else {
      return
    }
    throw PoolError(
      .usage, "The condition \"\(condition)\" holds for others each time it is asked.",
      remedy: "Ask for candidates by what stays: \"number % 2 = 0\"; at random: --strategy random.")
  }

  /// What to say where a class has fewer rows than are asked for.
  /// - Parameter cells: picks that an image holds.
  func tooFew(
    _ count: Int, of label: Int, for picks: Int, cells: Int, in pool: Pool
  ) throws -> PoolError {
    // Dropped candidates are not made again: as many more have to be.
    let dropped =
      try pool.query(
        "SELECT count(*) FROM main.versions WHERE class = ? AND version = 0 AND dropped IS NOT NULL",
        [Value(label)]
      ).rows.first?.first?.int ?? 0
    let noun = source == .pool ? "candidates" : "real images"
    let cut =
      description.isEmpty ? "" : words.isEmpty ? " where \(condition)" : " of \(description)"
    return PoolError(
      .usage,
      "Class \(label) has \(count) \(noun)\(cut), fewer than the \(picks) asked for.",
      remedy: source == .pool && description.isEmpty
        ? "psrdb generate --per-class \(picks + dropped), by the --seed and --name of before; then psrdb score"
        : count < cells
          ? "Choose other --classes" + (cells > 1 ? ", or a smaller --factor." : ".")
          : "Ask for --ipc \(count / cells) or less, or of fewer classes.")
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
    if !description.isEmpty {
      let noun = needsScores ? "scored \(everything)" : everything
      return PoolError(
        .usage, "No \(noun) in \(pool.path) fulfil \"\(description)\".",
        remedy: words.isEmpty
          ? "psrdb ls --where \"\(condition)\" shows what a condition leaves."
          : try hasUnscored(in: pool)
            ? "They have scores once they are scored: \(scoreCommand)"
            : "Leave some of the conditions away.")
    }
    let known = try scoringNames(in: pool)
    // Real images alone may have it.
    let isKnown = known.isEmpty || known.contains(scoring)
    return PoolError(
      .notFound,
      "Nothing in \(pool.path) is scored as '\(scoring)' yet."
        + (isKnown ? "" : guess(scoring, among: known)),
      remedy: isKnown ? scoreCommand : "psrdb query \"SELECT DISTINCT scoring FROM scorings\"")
  }

  private var scoreCommand: String {
    scoring == "base" ? "psrdb score" : "psrdb score --name \(shellWord(scoring))"
  }

  /// Whether there is something that only lacks scores.
  private func hasUnscored(in pool: Pool) throws -> Bool {
    guard needsScores, condition.isEmpty else { return false }
    var unscored = self
    unscored.needsScores = false
    return try !unscored.classes(in: pool).isEmpty
  }
}

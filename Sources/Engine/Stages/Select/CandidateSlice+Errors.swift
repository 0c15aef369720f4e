import Engine
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

  /// Refuses a slice of which some lack scores: they would be left out of a selection that keeps
  /// its name for good. A condition may ask for what is scored.
  /// - Parameter scored: the slice.
  /// - Throws: `PoolError` with code `usage`.
  func requireScored(_ scored: [Members], in pool: Pool) throws {
    guard source == .pool, needsScores, condition.isEmpty else { return }
    let known = Dictionary(scored.map { ($0.label, $0.rows.count) }) { $1 }
    let missing = try unscored(in: pool).map {
      ($0.label, $0.rows.count - known[$0.label, default: 0])
    }
    .filter { $0.1 > 0 }
    guard let first = missing.first else { return }
    let count = missing.reduce(0) { $0 + $1.1 }
    throw PoolError(
      .usage,
      "\(count) candidate\(count == 1 ? "" : "s")\(description.isEmpty ? "" : " of \(description)") "
        + "\(count == 1 ? "is" : "are") not scored as "
        + "'\(scoring)' yet, \(first.1) of them of class \(first.0).",
      remedy: try scoreCommand(in: pool))
  }

  /// The slice, whether scored or not.
  private func unscored(in pool: Pool) throws -> [Members] {
    var slice = self
    slice.needsScores = false
    return try slice.classes(in: pool)
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
    let noun = source == .pool ? "candidates" : needsScores ? "scored real images" : "real images"
    let name =
      try className(label, in: pool).flatMap { $0 == "\(label)" ? nil : " (\($0))" } ?? ""
    let lacksScores =
      try source == .real && needsScores
      && unscored(in: pool).first { $0.label == label }.map { $0.rows.count > count } ?? false
    let cut =
      description.isEmpty ? "" : words.isEmpty ? " where \(condition)" : " of \(description)"
    return PoolError(
      .usage,
      "Class \(label)\(name) has \(count) \(noun)\(cut), fewer than the \(picks) asked for.",
      remedy: source == .pool && description.isEmpty && picks + dropped <= Generate.most
        ? try generateCommand(picks + dropped, in: pool) + "; then psrdb score"
        : lacksScores && description.isEmpty && count > 0
          ? "psrdb score --name all --reference 0 scores all of them; then --scoring all"
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
          ? source == .pool
            ? "psrdb ls --where \"\(condition)\" shows what a condition leaves."
            : "psrdb query \"SELECT * FROM image_scores LIMIT 10\" shows what can be asked of."
          : try hasUnscored(in: pool)
            ? "They have scores once they are scored: \(scoreCommand(in: pool))"
            : "Leave some of the conditions away.")
    }
    let known = try scoringNames(in: pool)
    // Real images alone may have it.
    let isKnown = known.isEmpty || known.contains(scoring)
    return PoolError(
      .notFound,
      "Nothing in \(pool.path) is scored as '\(scoring)' yet."
        + (isKnown ? "" : guess(scoring, among: known)),
      remedy: isKnown
        ? try scoreCommand(in: pool)
        : "psrdb query \"SELECT DISTINCT scoring FROM scorings\"")
  }

  /// What scores the rest as it was begun.
  private func scoreCommand(in pool: Pool) throws -> String {
    var usual = Score()
    usual.scoring = scoring
    // Real images are seen once, whatever the views of candidates.
    let first = try pool.query(
      """
      SELECT min(entry) FROM scorings
      WHERE scoring = ? AND target NOT IN (SELECT entry FROM datasets)
      """, [.text(scoring)])
    guard let sequence = first.rows.first?.first?.int,
      case .score(let before) = try pool.entry(Int64(sequence)).content
    else { return usual.command }
    return Score(of: before).command
  }

  /// What makes more candidates of the newest generation.
  private func generateCommand(_ perClass: Int, in pool: Pool) throws -> String {
    let newest = try pool.query(
      "SELECT entry FROM generations WHERE sampler <> ? ORDER BY entry DESC LIMIT 1",
      [.text(GenerateContent.imported)])
    guard let sequence = newest.rows.first?.first?.int,
      case .generate(let before) = try pool.entry(Int64(sequence)).content
    else { return Generate(perClass: perClass).command }
    let name =
      before.generation == Generate(perClass: perClass).generation
      ? "" : " --name \(shellWord(before.generation))"
    return Generate(of: before, perClass: perClass).command + name
  }

  /// Whether there is something that only lacks scores.
  private func hasUnscored(in pool: Pool) throws -> Bool {
    guard needsScores, condition.isEmpty else { return false }
    return try !unscored(in: pool).isEmpty
  }
}

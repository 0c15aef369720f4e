import Store

extension CandidateSlice {
  /// What defines the slice, for a ranking's key; nothing for all candidates as generated.
  var words: [String] {
    var words: [String] = []
    if let versions, versions != .generated || from != nil { words.append("versions=\(versions)") }
    if !classes.isEmpty {
      words.append("classes=" + Set(classes).sorted().map(String.init).joined(separator: ","))
    }
    if let generation { words.append("generation=\(generation)") }
    if let from { words.append("from=\(from)") }
    if let exclude { words.append("exclude=\(exclude)") }
    return words
  }

  /// The slice as people read it: the condition alone where there is nothing else.
  var description: String {
    words.isEmpty || condition.isEmpty
      ? words.joined(separator: " ") + condition
      : words.joined(separator: " ") + " where \(condition)"
  }

  /// Words that change when what is in the slice, or what it is ranked by, changes: digests of
  /// journal entries, so that a ranking is found without reading the slice.
  func state(in pool: Pool) throws -> [String] {
    // Which rows are alive, and who scored them; real images are all there from the beginning, and
    // their features are what `psr` covers.
    var kinds = source == .pool ? ["generate", "merge"] : []
    if let versions, versions != .generated { kinds.append("refine") }
    // Dropping what was refined takes nothing from what was generated.
    let mayLose =
      source == .real
      ? "false" : versions ?? .generated == .generated && from == nil ? "version = 0" : "true"
    // Of the data set that everything goes by, not of others beside it.
    let made = """
      SELECT sequence FROM journal WHERE kind IN (\(kinds.map { "'\($0)'" }.joined(separator: ", ")))
      UNION SELECT dropped FROM main.versions
        WHERE EXISTS (SELECT 1 FROM journal WHERE kind = 'drop')
          AND dropped IS NOT NULL AND \(mayLose)
      UNION SELECT entry FROM datasets
        WHERE dataset = (SELECT dataset FROM datasets ORDER BY entry LIMIT 1)
      """
    // Without scores of its own, a slice has only those that its condition asks for, of any name.
    let scored = needsScores ? "scoring = ?1" : condition.isEmpty ? "false" : "true"
    let entries = try pool.query(
      """
      WITH made AS (\(made))
      SELECT digest FROM journal WHERE sequence IN made
        OR sequence IN (SELECT entry FROM scorings WHERE \(scored) AND (target IN made
          OR target IN (SELECT entry FROM members WHERE selection = ?2)))
      ORDER BY sequence
      """, [.text(scoring), .text(from ?? "")])
    var words = entries.rows.map { $0[0].string ?? "" }
    // A selection never changes, but what has its name differs between pools.
    for selection in [from, exclude].compactMap(\.self) {
      words += try pool.query(
        """
        SELECT digest FROM journal
        WHERE sequence = (SELECT entry FROM selections WHERE selection = ?)
        """, [.text(selection)]
      ).rows.map { $0[0].string ?? "" }
    }
    // A condition with a question of its own may ask anything, so its answer counts.
    if condition.lowercased().contains("select") {
      for members in try classes(in: pool) {
        words.append("class \(members.label)")
        words += members.rows.map { "\($0.entry)/\($0.row)" }
      }
    }
    return words
  }
}

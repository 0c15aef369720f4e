import Store

/// A selection's member with where it comes from and why it was picked: what exports write beside
/// each image.
struct MemberMetadata: Encodable {
  var id: String
  var `class`: Int
  var className: String
  var rank: Int
  var entry: Int64
  var row: Int
  /// Digest of that entry.
  var digest: String
  /// For candidates: what was generated, what was refined into it.
  var candidate: String?
  var parent: String?
  var refinement: String?
  var generation: String?
  var seed: Int?
  /// What picking it added to the objective.
  var gain: Double?
  var flagged: Bool
  var scores: [String: Double]

  /// Of each member, in their order.
  /// - Throws: `PoolError`.
  static func all(of reader: SelectionReader, in pool: Pool, asOf: Int64?) throws
    -> [MemberMetadata]
  {
    let rows = try pool.query(
      """
      SELECT m.candidate, v.parent, v.refinement, c.generation, c.seed, m.gain, m.flagged,
        \(ScoreContent.allColumns.map { "s.\($0)" }.joined(separator: ", "))
      FROM members AS m LEFT JOIN versions AS v ON v.item = m.item
      LEFT JOIN candidates AS c ON c.id = m.candidate
      LEFT JOIN scores AS s ON s.item = m.item AND s.scoring = ?
      WHERE m.selection = ? ORDER BY m.class, m.rank
      """, [.text(reader.scoring), .text(reader.selection)], asOf: asOf
    ).rows
    return try zip(reader.members, rows).map { member, row in
      var scores: [String: Double] = [:]
      for (column, value) in zip(ScoreContent.allColumns, row[7...]) {
        scores[column] = value.double
      }
      return MemberMetadata(
        id: member.id, class: member.class, className: reader.classNames[member.class],
        rank: member.rank, entry: member.entry, row: member.row,
        digest: try pool.entry(member.entry).digest, candidate: row[0].string,
        parent: row[1].string, refinement: row[2].string, generation: row[3].string,
        seed: row[4].int, gain: row[5].double, flagged: row[6].int == 1, scores: scores)
    }
  }
}

import Store

/// The ranking a selection was cut from; a refined one's is that of what it refines. Nil where
/// there is none.
func ranking(
  of selection: String, in pool: Pool, asOf: Int64? = nil
) throws -> StoredRanking? {
  let found = try pool.query(
    """
    WITH RECURSIVE chain (selection, base, ranking) AS (
      SELECT selection, base, ranking FROM selections WHERE selection = ?
      UNION SELECT s.selection, s.base, s.ranking
      FROM selections AS s JOIN chain ON s.selection = chain.base)
    SELECT ranking FROM chain WHERE ranking IS NOT NULL LIMIT 1
    """, [.text(selection)], asOf: asOf)
  guard let sequence = found.rows.first?.first?.int else { return nil }
  return try StoredRanking.at(Int64(sequence), in: pool)
}

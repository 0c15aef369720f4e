import Store

/// A version, candidate or real image as a user names it.
struct PoolItem {
  enum Kind { case version, image }
  var kind: Kind
  var id: String
  var entry: Int64
  var row: Int
  var label: Int

  /// Finds what is called `id`; a candidate's id stands for its newest accepted version.
  /// - Throws: `PoolError` with code `notFound`.
  static func named(_ id: String, in pool: Pool, asOf: Int64? = nil) throws -> PoolItem {
    let versions = try pool.query(
      """
      SELECT id, entry, row, class FROM versions
      WHERE id IN (?1, ?1 || '@0') OR (candidate = ?1 AND version > 0 AND accepted)
      ORDER BY version DESC LIMIT 1
      """, [.text(id)], asOf: asOf)
    if let row = versions.rows.first { return PoolItem(.version, row) }
    let images = try pool.query(
      "SELECT id, entry, row, class FROM images WHERE id = ?", [.text(id)], asOf: asOf)
    if let row = images.rows.first { return PoolItem(.image, row) }
    throw PoolError(
      .notFound, "\(pool.path) has no candidate, version or image '\(id)'.",
      remedy: "psrdb ls --limit 10 shows ids; psrdb ls --class C those of a class.")
  }

  /// The name of its class, in the data set that it is of: candidates are of the pool's first.
  func className(in pool: Pool, asOf: Int64? = nil) throws -> String? {
    if kind == .version { return try Stages.className(label, in: pool, asOf: asOf) }
    return try pool.query(
      """
      SELECT name FROM classes WHERE class = ?
        AND dataset = (SELECT dataset FROM datasets WHERE entry = ?)
      """, [Value(label), .integer(entry)], asOf: asOf
    ).rows.first?.first?.string
  }

  init(_ kind: Kind, _ row: [Value]) {
    self.kind = kind
    id = row[0].string ?? ""
    entry = Int64(row[1].int ?? 0)
    self.row = row[2].int ?? 0
    label = row[3].int ?? 0
  }
}

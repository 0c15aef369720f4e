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

  private init(_ kind: Kind, _ row: [Value]) {
    self.kind = kind
    id = row[0].string ?? ""
    entry = Int64(row[1].int ?? 0)
    self.row = row[2].int ?? 0
    label = row[3].int ?? 0
  }
}

/// The pool's selections, the oldest first.
func selectionNames(in pool: Pool, asOf: Int64? = nil) throws -> [String] {
  try pool.query("SELECT selection FROM selections ORDER BY entry", asOf: asOf)
    .rows.compactMap { $0[0].string }
}

/// Fails where a selection of that name is not in the pool, naming the nearest that is.
func requireSelection(_ name: String, in pool: Pool, asOf: Int64? = nil) throws {
  let known = try selectionNames(in: pool, asOf: asOf)
  if known.contains(name) { return }
  let guess = nearestName(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
  throw PoolError(
    .notFound, "\(pool.path) has no selection '\(name)'.\(guess)",
    remedy: known.isEmpty
      ? "psrdb select --ipc 10 --name \(name)"
      : "psrdb query \"SELECT selection, ipc, strategy FROM selections\"")
}

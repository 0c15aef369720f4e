import Store

/// The pool's selections, the oldest first.
func selectionNames(in pool: Pool, asOf: Int64? = nil) throws -> [String] {
  try pool.query("SELECT selection FROM selections ORDER BY entry", asOf: asOf)
    .rows.compactMap { $0[0].string }
}

/// The pool's scorings, of candidates or real images.
func scoringNames(in pool: Pool) throws -> [String] {
  try pool.query("SELECT DISTINCT scoring FROM scorings").rows.compactMap { $0[0].string }
}

/// The entry that made a selection; nil where the pool has none of that name.
func selectionEntry(_ name: String, in pool: Pool) throws -> Int64? {
  try pool.query("SELECT entry FROM selections WHERE selection = ?", [.text(name)])
    .rows.first?.first?.int.map(Int64.init)
}

/// Fails where a selection of that name is not in the pool, naming the nearest that is.
func requireSelection(_ name: String, in pool: Pool, asOf: Int64? = nil) throws {
  let known = try selectionNames(in: pool, asOf: asOf)
  // Byte by byte, as the index compares: to Swift "é" is equal however it is written.
  if known.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return }
  if let asOf, let made = try selectionEntry(name, in: pool) {
    throw PoolError(
      .notFound, "\(pool.path) had no selection '\(name)' yet at entry \(asOf).",
      remedy: "It was made by entry \(made): --as-of \(made), or later.")
  }
  throw PoolError(
    .notFound, "\(pool.path) has no selection '\(name)'." + guess(name, among: known),
    remedy: known.isEmpty
      ? "psrdb select --ipc 10 --name \(shellWord(name))"
      : "psrdb query \"SELECT selection, ipc, strategy FROM selections\"")
}

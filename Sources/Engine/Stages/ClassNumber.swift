import Store

/// The name of a class, of the data set that the pool is of; nil where that has none such.
func className(_ label: Int, in pool: Pool, asOf: Int64? = nil) throws -> String? {
  try pool.query("SELECT name FROM pool_classes WHERE class = ?", [Value(label)], asOf: asOf)
    .rows.first?.first?.string
}

/// The number of a class that a user names by name or number, of the data set that the pool is of. A
/// class of that name goes before the one of that number: names may be numbers in another order than
/// their classes are.
/// - Throws: `PoolError` with code `notFound` for a name or number that no class has.
func classNumber(_ name: String, in pool: Pool, asOf: Int64? = nil) throws -> Int {
  let classes = try pool.query("SELECT name, class FROM pool_classes ORDER BY class", asOf: asOf)
    .rows
  if let row = classes.first(where: { $0[0].string == name }), let number = row[1].int {
    return number
  }
  let number = Int(name)
  if let number {
    // Candidates may be there that no data set has the class of.
    let isThere =
      try classes.contains { $0[1].int == number }
      || !pool.query(
        "SELECT 1 FROM versions WHERE class = ? LIMIT 1", [Value(number)], asOf: asOf
      ).rows.isEmpty
    if isThere { return number }
  }
  throw PoolError(
    .notFound,
    "\(pool.path) has no class '\(name)'."
      + (number == nil ? guess(name, among: classes.compactMap { $0[0].string }) : ""),
    remedy: "psrdb query \"SELECT class, name FROM pool_classes\"")
}

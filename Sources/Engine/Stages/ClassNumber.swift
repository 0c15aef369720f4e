import Store

/// The number of a class that a user names by name or number. A class of that name goes before the
/// one of that number: names may be numbers in another order than their classes are.
/// - Throws: `PoolError` with code `notFound` for a name that no class has.
func classNumber(_ name: String, in pool: Pool, asOf: Int64? = nil) throws -> Int {
  let classes = try pool.query("SELECT name, class FROM classes ORDER BY class", asOf: asOf).rows
  if let row = classes.first(where: { $0[0].string == name }), let number = row[1].int {
    return number
  }
  if let number = Int(name) { return number }
  throw PoolError(
    .notFound,
    "\(pool.path) has no class '\(name)'."
      + guess(name, among: classes.compactMap { $0[0].string }),
    remedy: "psrdb query \"SELECT class, name FROM classes\"")
}

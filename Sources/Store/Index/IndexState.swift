extension QueryConnection {
  /// How far the index has come; nil where it does not say.
  func state() throws -> IndexState? {
    let row = try query("SELECT pool, applied, digest FROM state", [], .init()).rows.first
    guard let row, let pool = row[0].string, let applied = row[1].int, let digest = row[2].string
    else { return nil }
    return IndexState(pool: pool, applied: Int64(applied), digest: digest)
  }
}

/// How far an index has come, by its own word.
struct IndexState: Equatable {
  var pool: String
  var applied: Int64
  var digest: String

  /// Refuses an index that knows more than the journal, or something else: the journal was
  /// replaced, and only its owner can say whether that was meant.
  ///
  /// - Throws: `PoolError` with code `damage`; what `entry` throws.
  func check(
    against head: (sequence: Int64, digest: String), entry: (Int64) throws -> Entry
  ) throws {
    guard case .`init`(let birth) = try entry(1).content else { return }
    guard applied > 0 else {
      throw PoolError.brokenIndex(
        "index.sqlite is damaged: it says that it knows \(applied) entries.")
    }
    let problem: String
    if birth.pool != pool {
      problem =
        "index.sqlite belongs to pool \(pool.prefix(8)), data.mdb to \(birth.pool.prefix(8))"
    } else if applied > head.sequence {
      problem =
        "index.sqlite knows \(applied) entries, data.mdb only \(head.sequence): it is an older copy, "
        + "or damaged"
    } else if try digest != (applied == head.sequence ? head.digest : entry(applied).digest) {
      problem = "entry \(applied) is another in data.mdb than the one index.sqlite was made from"
    } else {
      return
    }
    throw PoolError(
      .damage, "The pool's files do not belong together: \(problem).",
      remedy: "Put the right file back. If data.mdb is right as it is: psrdb reindex")
  }
}

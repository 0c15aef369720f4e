import GRDB

/// Compares the index with what the journal says it must be, by making it again in memory.
enum IndexCheck {
  static func findings(
    _ files: PoolFiles, deep: Bool, head: (sequence: Int64, digest: String),
    journal: IndexWriter.Journal
  ) throws -> [Finding] {
    let remedy = "psrdb reindex makes it anew from the journal."
    let index: QueryConnection
    let state: IndexState
    do {
      index = try QueryConnection(files, asOf: nil, isFrozen: true)
      let row = try index.query("SELECT pool, applied, digest FROM state", [], .init()).rows.first
      guard let row, let pool = row[0].string, let applied = row[1].int, let digest = row[2].string
      else { throw PoolError.damage("It does not say how far it has come.") }
      state = IndexState(pool: pool, applied: Int64(applied), digest: digest)
      // SQLite's own word on its pages, and with `deep` on its indexes.
      let check = try index.query(
        deep ? "PRAGMA integrity_check" : "PRAGMA quick_check", [], .init())
      guard check.rows == [["ok"]] else {
        let first = check.rows.first?.first?.string ?? "not whole"
        return [Finding(id: "index-damaged", what: first, where: "index.sqlite", remedy: remedy)]
      }
    } catch {
      return [Finding(id: "index-missing", what: "\(error)", where: "index.sqlite", remedy: remedy)]
    }
    do {
      try state.check(against: head) { try journal($0).0 }
    } catch let error as PoolError {
      return [
        Finding(
          id: "index-foreign", what: error.message, where: "index.sqlite", remedy: error.remedy)
      ]
    }
    let projected = try DatabaseQueue()
    do {
      try IndexWriter.project(
        into: projected, head: (state.applied, state.digest), journal: journal)
    } catch {
      return [
        Finding(
          id: "journal-contradiction", what: "\(error)", where: "data.mdb",
          remedy: "Restore data.mdb from a backup, or make the pool again from its recipe.")
      ]
    }
    return try projected.read { db in
      guard let connection = db.sqliteConnection else { return [] }
      return try Schema.tables().compactMap { table in
        // An index whose pages are damaged cannot be read to its end.
        let there = try? index.fingerprint(table)
        if try there == SQLite.fingerprint(connection, table) { return nil }
        return Finding(
          id: "index-content", what: "Table \(table) is not what the journal says.",
          where: "index.sqlite", remedy: remedy)
      }
    }
  }
}

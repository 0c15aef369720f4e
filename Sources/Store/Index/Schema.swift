import GRDB

/// schema/index.sql, and what follows from it.
enum Schema {
  /// The script that makes an empty index.
  static let script = String(decoding: PackageResources.index_sql, as: UTF8.self)

  /// What sqlite_schema says of an index made by `script`, each `plain`. An index that says anything
  /// else was made by another version, or by somebody else, and is made anew.
  static func definitions() throws -> [String] { try parts.get().definitions }

  /// A definition without its comments, which say nothing of what is in a table.
  static func plain(_ definition: String) -> String {
    definition.replacing(/--[^\n]*/, with: "").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  static let definitionsQuery = """
    SELECT concat.text FROM (
      SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS text
      FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*') AS concat ORDER BY 1
    """

  /// Statements that shadow every table and view by a temporary view of the rows that live.
  static func views(asOf sequence: Int64?) throws -> String {
    let parts = try parts.get()
    var script = ""
    for table in parts.tables {
      var conditions: [String] = []
      if let sequence, let created = table.created {
        conditions.append("\(created) <= \(sequence)")
        if table.drops { conditions.append("(dropped IS NULL OR dropped > \(sequence))") }
      } else if table.drops {
        conditions.append("dropped IS NULL")
      }
      if conditions.isEmpty { continue }
      script += "CREATE TEMP VIEW \(table.name) AS SELECT * FROM main.\(table.name) WHERE "
      script += conditions.joined(separator: " AND ") + ";\n"
    }
    for view in parts.views {
      script += view.replacingPrefix("CREATE VIEW", with: "CREATE TEMP VIEW") + ";\n"
    }
    return script
  }

  /// The names of all tables.
  static func tables() throws -> [String] { try parts.get().tables.map(\.name) }

  private struct TableShape: Sendable {
    var name: String
    /// The column of the entry that made a row.
    var created: String?
    var drops: Bool
  }

  private struct Parts: Sendable {
    var definitions: [String]
    var tables: [TableShape]
    var views: [String]
  }

  /// Read from an empty index.
  private static let parts = Result<Parts, any Error> {
    let database = try DatabaseQueue()
    return try database.write { db in
      try db.execute(sql: script)
      var tables: [TableShape] = []
      for name in try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      {
        let columns = try db.columns(in: name).map(\.name)
        let created = columns.first { $0 == "created" || (name == "journal" && $0 == "sequence") }
        tables.append(
          TableShape(name: name, created: created, drops: columns.contains("dropped")))
      }
      let views = try String.fetchAll(
        db, sql: "SELECT sql FROM sqlite_schema WHERE type = 'view' ORDER BY name")
      return Parts(
        definitions: try String.fetchAll(db, sql: definitionsQuery).map(plain), tables: tables,
        views: views)
    }
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}

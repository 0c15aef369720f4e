import Stages
import Store

/// What commands share: opening the pool, running a stage under progress and Ctrl-C, printing.
struct Session {
  let options: GlobalOptions

  /// Opens the pool to read it.
  func reading<R>(_ body: (Pool) throws -> R) throws -> R {
    let pool = try Pool.open(
      at: options.path(), for: .reading, provenance: Version.provenance)
    defer { pool.close() }
    return try body(pool)
  }

  /// Opens the pool to write to it.
  func writing<R>(_ body: (Pool) throws -> R) throws -> R {
    let pool = try Pool.open(
      at: writablePath(), for: .writing, provenance: Version.provenance)
    defer { pool.close() }
    return try body(pool)
  }

  /// The pool's path, for a command that changes it.
  func writablePath() throws -> String {
    guard options.asOf == nil else {
      throw PoolError(
        .usage, "--as-of is for questions; what is past cannot be written to.",
        remedy: "Leave --as-of away.")
    }
    let path = try options.path()
    warnOfFileSystem(path)
    return path
  }

  /// Refuses --as-of where a command knows no past.
  func requirePresent() throws {
    guard options.asOf == nil else {
      throw PoolError(
        .usage, "This command looks at the pool as it is.", remedy: "Leave --as-of away.")
    }
  }

  /// Says so where a pool is on a file system that it should not be on.
  func warnOfFileSystem(_ path: String) {
    if let warning = FileSystem.warning(path) { warn(warning) }
  }

  func warn(_ text: String) {
    guard !options.quiet else { return }
    Terminal.error("psrdb: warning: \(text)\n")
  }

  /// Runs a stage on a pool, under progress and Ctrl-C.
  func perform<R>(on pool: Pool, _ stage: (Context) throws -> R) throws -> R {
    pool.stopQueries { Interrupt.isRequested }
    return try watched { report, isCancelled in
      try stage(Context(pool: pool, report: report, isCancelled: isCancelled))
    }
  }

  /// Runs work that says how far it is and asks whether to stop.
  func watched<R>(
    _ work: (_ report: @escaping (ProgressUpdate) -> Void, _ isCancelled: @escaping () -> Bool)
      throws -> R
  ) throws -> R {
    // Where a script reads stderr too, nothing but an error is in it.
    let width = Terminal.progressWidth
    let progress = ProgressLine(width: width, quiet: options.quiet || options.json && width == nil)
    Interrupt.watch()
    do {
      let result = try work({ progress.update($0) }, { Interrupt.isRequested })
      progress.finish()
      return result
    } catch {
      progress.finish(stopped: true)
      throw error
    }
  }

  /// Runs work of the store that counts what it has done, bytes or entries.
  func counted<R>(
    _ stage: String, bytes: Bool = true,
    _ work: (_ progress: @escaping (Int, Int) throws -> Void) throws -> R
  ) throws -> R {
    try watched { report, isCancelled in
      report(ProgressUpdate(stage: stage, done: 0, total: 1, isBytes: bytes))
      return try work { done, total in
        if isCancelled() { throw Interrupted() }
        report(ProgressUpdate(stage: stage, done: done, total: total, isBytes: bytes))
      }
    }
  }

  /// Runs a stage that appends to the pool and prints its report.
  func stage<R: Encodable>(_ stage: (Context) throws -> R, next: (R) -> [String]) throws {
    let report = try writing { pool in try perform(on: pool, stage) }
    try show(report, next: next(report))
  }

  /// Prints a report as JSON, or as text with what to type next.
  func show<R: Encodable>(_ report: R, next: [String] = []) throws {
    try show(report, text: summary(report, width: Terminal.width), next: next)
  }

  /// Prints a report as JSON, or as `text` with what to type next.
  func show<R: Encodable>(_ report: R, text: @autoclosure () -> String, next: [String] = []) throws
  {
    if options.json {
      try Terminal.out(JSONText.document(report))
      return
    }
    try Terminal.out(text())
    guard !options.quiet, !next.isEmpty else { return }
    Terminal.error("\nNext:\n" + next.map { "  \($0)\n" }.joined())
  }

  /// Prints rows of the index.
  func show(_ table: Table) throws {
    try Terminal.out(options.json ? JSONText.document(table) : text(table))
    tellOfMore(table)
  }

  /// Says so where an answer has more rows than were asked for.
  func tellOfMore(_ table: Table) {
    guard table.isTruncated, !options.quiet else { return }
    Terminal.error("There are more rows; ask for them with --limit.\n")
  }

  private func text(_ table: Table) -> String {
    let rows = table.rows.map { row in
      zip(table.columns, row).map { column, value in
        switch value {
        case .null: ""
        case .integer(let integer): String(integer)
        case .real(let real): cell(real, column)
        case .text(let text): text
        }
      }
    }
    return TextTable(columns: table.columns, rows: rows).text(width: Terminal.width)
  }

  /// How the user named the pool, to be repeated in the commands a report suggests.
  var poolOption: String { options.pool.map { "--pool \(shellWord($0)) " } ?? "" }
}

import Store

/// Takes in results of students that were trained elsewhere on the very sets that this pool has, so
/// that `evaluate` need not train them again. Done again with the same file it changes nothing.
public struct ImportEvaluations: Equatable, Sendable {
  public var files: [EvaluationFile]

  public init(files: [EvaluationFile]) { self.files = files }

  public struct Report: Encodable, Equatable, Sendable {
    /// Students taken now, and those that the pool had.
    public var imported: Int
    public var known: Int
    /// Not of this pool.
    public var leftOut: [LeftOut]
  }

  public struct LeftOut: Encodable, Equatable, Sendable {
    public var selection: String
    public var students: Int
    /// Why they are not taken.
    public var reason: String
  }

  /// - Throws: `PoolError` with code `notFound` when no row is of a set that the pool has, or it has
  ///   no test images; `Interrupted`, with what was taken kept.
  public func run(_ context: Context) throws -> Report {
    let report = try take(context)
    guard report.imported + report.known > 0 else {
      let first = report.leftOut.first.map { ": '\($0.selection)', \($0.reason)" } ?? ""
      throw PoolError(
        .notFound,
        "\(files.map(\.path).joined(separator: ", ")): no evaluation is of a set that this pool "
          + "has\(first).",
        remedy: "What it has: psrdb query \"SELECT selection, source, ipc FROM selections\"")
    }
    return report
  }

  /// As `run`, but content with nothing: what a recipe does, which can train all that is missing.
  func take(_ context: Context) throws -> Report {
    context.begin("import evaluations")
    let pool = context.pool
    let test = try RealImages(.test, in: pool)
    let testDigest = test.digest
    let teacher = try Models.newest(in: pool)["teacher"]
    let trains = try trains(in: pool)
    var known = Set(try StudentKey.accuracies(in: pool).keys)
    func stranger(_ content: EvaluateContent) -> String? {
      guard let train = trains[content.selection] else { return "no such selection here" }
      if train != content.train { return "other images here" }
      if content.test != testDigest || content.classAccuracy.count != test.classes {
        return "tested on another split"
      }
      if content.protocolName == "soft", content.settings["teacher"] != teacher {
        return "another teacher"
      }
      var stage = Evaluate(selection: content.selection)
      (stage.protocolName, stage.student) = (content.protocolName, content.student)
      (stage.epochs, stage.augment) = (content.epochs, content.settings["augment"])
      do { try stage.check() } catch { return error.message }
      return nil
    }
    var report = Report(imported: 0, known: 0, leftOut: [])
    // By selection and reason: a file may have many of both.
    var places: [[String]: Int] = [:]
    let total = files.map(\.rows.count).reduce(0, +)
    var done = 0
    try context.step(0, of: total)
    for file in files {
      for row in file.rows {
        done += 1
        if let reason = stranger(row.content) {
          let selection = row.content.selection
          if let place = places[[selection, reason]] {
            report.leftOut[place].students += 1
          } else {
            places[[selection, reason]] = report.leftOut.count
            report.leftOut.append(.init(selection: selection, students: 1, reason: reason))
          }
        } else if known.insert(StudentKey(row.content)).inserted {
          try pool.append(Draft(.evaluate(row.content), arguments: file.origin(of: row)))
          report.imported += 1
        } else {
          report.known += 1
        }
        try context.step(done, of: total)
      }
    }
    return report
  }

  /// SHA-256 of the images of each selection that files name and the pool has, as `evaluate` says
  /// it.
  private func trains(in pool: Pool) throws -> [String: String] {
    let named = Set(files.flatMap { $0.rows.map(\.content.selection) })
    var trains: [String: String] = [:]
    for row in try pool.query("SELECT selection FROM selections").rows {
      guard let name = row[0].string, named.contains(name) else { continue }
      trains[name] = SHA256.hex(of: try SelectionReader(name, in: pool).packed())
    }
    return trains
  }
}

extension EvaluationFile {
  /// What the journal says of where a result is from: `imported` tells it from one trained here.
  fileprivate func origin(of row: Row) -> [String: String] {
    var origin = ["path": path, "imported": digest]
    origin["psrdb"] = row.psrdb
    origin["blas"] = row.blas
    return origin
  }
}

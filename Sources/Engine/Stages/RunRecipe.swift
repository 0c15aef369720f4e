import Foundation
import Store

/// Performs a recipe's stages in order. Each skips what the pool holds already, so an interrupted
/// run goes on where it stopped and a finished one has nothing to do.
public struct RunRecipe: Equatable, Sendable {
  public var recipe: Recipe

  public init(_ recipe: Recipe) { self.recipe = recipe }

  public struct Report: Codable, Equatable, Sendable {
    public var pool: String
    public var steps: [Step]
    /// One for each selection, protocol and student.
    public var results: [Result]
    /// The contact sheet's path.
    public var sheet: String?
    /// Whether the pool held everything already.
    public var unchanged: Bool
    public var seconds: Double
  }

  public struct Step: Codable, Equatable, Sendable {
    public var stage: String
    /// Whether the pool held its result already.
    public var skipped: Bool
    public var seconds: Double
  }

  public struct Result: Codable, Equatable, Sendable {
    public var selection: String
    public var ipc: Int
    public var `protocol`: String
    public var student: String
    public var epochs: Int
    public var seeds: Int
    /// On the test split after the final epoch, in 0...1.
    public var accuracy: Double
    /// Over seeds, with n - 1.
    public var accuracySd: Double
  }

  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    let pool = context.pool
    let first = pool.head.sequence
    var steps: [Step] = []
    func perform(_ name: String, _ body: () throws -> Void) throws {
      let before = pool.head.sequence
      let begun = ProcessInfo.processInfo.systemUptime
      try body()
      steps.append(
        Step(
          stage: name, skipped: pool.head.sequence == before,
          seconds: ProcessInfo.processInfo.systemUptime - begun))
    }
    if let dataset = recipe.dataset {
      try perform("import dataset") { _ = try dataset.run(context) }
    }
    for model in recipe.models {
      try perform("import model \(model.role.rawValue)") { _ = try model.run(context) }
    }
    for stage in recipe.generate { try perform("generate") { _ = try stage.run(context) } }
    for stage in recipe.score { try perform("score") { _ = try stage.run(context) } }
    for stage in recipe.select {
      try perform("select \(stage.selection)") { _ = try stage.run(context) }
    }
    for stage in recipe.refine {
      try perform("refine \(stage.refinement)") { _ = try stage.run(context) }
    }
    // What was refined has scores too, so that the next selection can choose it.
    if !recipe.refine.isEmpty {
      for stage in recipe.score { try perform("score refined") { _ = try stage.run(context) } }
    }
    if let evaluations = recipe.evaluations {
      try perform("import evaluations") { _ = try evaluations.take(context) }
    }
    for stage in recipe.evaluate {
      try perform("evaluate \(stage.selection)") { _ = try stage.run(context) }
    }
    let sheet = try contactSheet(context, changed: pool.head.sequence != first)
    return Report(
      pool: pool.path, steps: steps, results: try results(pool), sheet: sheet,
      unchanged: pool.head.sequence == first,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// Beside the pool, under its name.
  private func contactSheet(_ context: Context, changed: Bool) throws -> String? {
    guard let selections = recipe.sheet else { return nil }
    let path = (context.pool.path as NSString).deletingPathExtension + ".png"
    if changed || !FileManager.default.fileExists(atPath: path) {
      _ = try Sheet(selections: selections, path: path).run(context)
    }
    return path
  }

  /// Students' accuracies of the recipe's evaluations, in its order.
  private func results(_ pool: Pool) throws -> [Result] {
    var results: [Result] = []
    for stage in recipe.evaluate {
      let table = try pool.query(
        """
        SELECT e.protocol, e.student, e.epochs, e.accuracy, s.ipc
        FROM evaluations AS e JOIN selections AS s USING (selection)
        WHERE e.selection = ? ORDER BY e.protocol, e.student, e.epochs, e.seed
        """, [.text(stage.selection)])
      let groups = Dictionary(grouping: table.rows) { row in row.prefix(3).map { "\($0)" } }
      for rows in groups.values.sorted(by: { "\($0[0])" < "\($1[0])" }) {
        let accuracies = rows.compactMap { $0[3].double }
        let mean = accuracies.reduce(0, +) / Double(max(1, accuracies.count))
        let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let result = Result(
          selection: stage.selection, ipc: rows[0][4].int ?? 0,
          protocol: rows[0][0].string ?? "", student: rows[0][1].string ?? "",
          epochs: rows[0][2].int ?? 0, seeds: rows.count, accuracy: mean,
          accuracySd: rows.count > 1 ? (squares / Double(rows.count - 1)).squareRoot() : 0)
        if !results.contains(result) { results.append(result) }
      }
    }
    return results
  }
}

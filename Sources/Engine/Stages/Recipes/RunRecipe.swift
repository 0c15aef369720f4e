import Foundation
import Store

/// Performs a recipe's stages in order. Each skips what the pool holds already, so an interrupted
/// run goes on where it stopped and a finished one has nothing to do.
public struct RunRecipe: Equatable, Sendable {
  public var recipe: Recipe

  public init(_ recipe: Recipe) { self.recipe = recipe }

  public struct Report: Encodable, Equatable, Sendable {
    public var path: String
    public var steps: [Step]
    /// One for each of the recipe's evaluations.
    public var results: [Result]
    /// The contact sheet's path.
    public var sheet: String?
    /// Whether the pool held everything already.
    public var unchanged: Bool
    public var seconds: Double
  }

  public struct Step: Encodable, Equatable, Sendable {
    public var stage: String
    /// Whether the pool held its result already.
    public var skipped: Bool
    public var seconds: Double
  }

  public struct Result: Encodable, Equatable, Sendable {
    public var selection: String
    /// Images of a class; where classes have unequal numbers, the mean.
    public var ipc: Int
    public var `protocol`: String
    public var student: String
    public var epochs: Int
    /// dsa or none; of the soft protocol views or cutmix.
    public var augment: String
    public var seeds: Int
    /// On the test split after the final epoch, in 0...1.
    public var accuracy: Double
    /// Over seeds, with n − 1; nil for one.
    public var accuracySd: Double?
  }

  /// - Throws: `PoolError` of the stage that failed, `usage` and `notFound` of a wrong recipe
  ///   before anything is generated; `Interrupted`. What was done before is kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    let pool = context.pool
    let first = pool.head.sequence
    try check(pool)
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
    try checkDataset(pool)
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
    var students: [Evaluate.Report] = []
    for stage in recipe.evaluate {
      try perform("evaluate \(stage.selection)") { students.append(try stage.run(context)) }
    }
    let sheet = try contactSheet(context)
    return Report(
      path: pool.path, steps: steps, results: try results(students, pool), sheet: sheet,
      unchanged: pool.head.sequence == first,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// Beside the pool, under its name.
  private func contactSheet(_ context: Context) throws -> String? {
    guard let selections = recipe.sheet else { return nil }
    let path = (context.pool.path as NSString).deletingPathExtension + ".png"
    _ = try Sheet(selections: selections, path: path).run(context)
    return path
  }

  private func results(_ reports: [Evaluate.Report], _ pool: Pool) throws -> [Result] {
    try reports.map { report in
      let reader = try SelectionReader(report.selection, in: pool)
      let classes = max(1, reader.counts.count { $0 > 0 })
      return Result(
        selection: report.selection, ipc: (reader.held.count + classes / 2) / classes,
        protocol: report.protocol, student: report.student, epochs: report.epochs,
        augment: report.augment, seeds: report.accuracies.count, accuracy: report.accuracy,
        accuracySd: report.accuracySd)
    }
  }
}

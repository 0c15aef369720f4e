import ArgumentParser
import Foundation
import Stages
import Store

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Perform a recipe: the whole of it, skipping what is done.",
    discussion: """
      Makes the pool if there is none: --pool, else $PSRDB_POOL, else the recipe's, else one named \
      after the recipe. A run that was stopped goes on where it was. \
      docs/RECIPES.md lists the keys of each section.
      """)

  @Argument(help: "The recipe, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String
  @Option(
    help: "Added to the recipe's seeds of generations and selections: the same, drawn anew.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Students trained elsewhere, not to be trained here: see import evaluations.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var evaluations: [String] = []
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var recipe = try Recipe.read(recipe)
    if let seed { recipe.reseed(seed) }
    if !evaluations.isEmpty {
      recipe.evaluations = ImportEvaluations(files: try evaluations.map(EvaluationFile.init))
    }
    var options = global
    if global.named() == nil { options.pool = recipe.pool ?? "\(name).psr" }
    let session = Session(options: options)
    try session.requirePresent()
    let path = try options.path()
    if !FileManager.default.fileExists(atPath: path) {
      try Pool.create(at: path, provenance: Version.provenance).close()
    }
    let report = try naming(path) {
      try session.writing { pool in
        try session.perform(on: pool) { try RunRecipe(recipe).run($0) }
      }
    }
    let next = RunText.next(report, recipe)
    try session.show(report, text: RunText.text(report), next: next)
  }

  /// The recipe may have named the pool, which the commands of a remedy have to do too.
  private func naming<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as PoolError { throw Failure.naming(path, error) }
  }

  /// The recipe's file name without its ending.
  private var name: String {
    URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent
  }
}

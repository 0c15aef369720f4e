import Engine
import Store

/// A YAML file that names a whole run: what to import, generate, choose, refine and evaluate.
///
/// Each section is the settings of a stage; a section of a stage that may run several times can be
/// a list. Paths are relative to the recipe.
public struct Recipe: Equatable, Sendable {
  /// Where the run's pool is, unless the command says so.
  public var pool: String?
  public var dataset: ImportDataset?
  public var models: [ImportModel] = []
  public var generate: [Generate] = []
  public var score: [Score] = []
  public var select: [Select] = []
  public var refine: [Refine] = []
  public var evaluate: [Evaluate] = []
  /// Students trained elsewhere, taken before any is trained. The command's, not the file's: a
  /// recipe stays one for pools of any seed.
  public var evaluations: ImportEvaluations?
  /// Selections side by side on the contact sheet, or nil for no sheet.
  public var sheet: [String]?

  /// - Throws: `PoolError`: `notFound` for no such file, `usage` for one that is no recipe, with
  ///   the place and, for an unknown key, the nearest known one; `failure` for what is no file.
  public static func read(_ path: String) throws -> Recipe {
    guard Files.exists(path) else {
      throw PoolError(
        .notFound, "There is no recipe \(path).",
        remedy: "One to start from is recipes/fashion-mnist.yaml, where psrdb's sources are.")
    }
    let bytes = try translatingFormatErrors { try Files.read(path, limit: 1 << 20) }
    return try RecipeReader(text: String(decoding: bytes, as: UTF8.self), path: path).recipe()
  }

  /// Draws other candidates and other random picks by the same recipe: adds to its seeds, so that
  /// stages that differ by theirs still do. Students keep their seeds, so that results pair.
  public mutating func reseed(_ seed: UInt64) {
    for place in generate.indices { generate[place].seed &+= seed }
    for place in select.indices { select[place].seed &+= seed }
  }
}

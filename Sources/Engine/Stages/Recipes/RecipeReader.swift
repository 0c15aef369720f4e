import Foundation
import Store
import Yams

/// Turns YAML into a `Recipe`, and what is wrong with it into an error that says where.
struct RecipeReader {
  let text: String
  let path: String

  private static let sections = [
    "pool", "dataset", "models", "generate", "score", "select", "refine", "evaluate", "sheet",
  ]

  private static let mostAliases = 32

  func recipe() throws -> Recipe {
    // A few lines of aliases to aliases can stand for more than any memory holds.
    guard text.matches(of: /[\s\[{:,?]\*[\w\-]/).count <= Self.mostAliases else {
      throw wrong("it has more than \(Self.mostAliases) aliases")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error {
      let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      throw wrong(String(reason.prefix(300)))
    }
    guard let mapping = root?.mapping, !mapping.isEmpty else {
      throw wrong("it has no sections")
    }
    var recipe = Recipe()
    for (key, node) in mapping {
      switch key.string {
      case "pool": recipe.pool = resolved(try name(node, "pool"))
      case "dataset":
        var dataset = try section(ImportDataset.self, node, "dataset")
        dataset.path = resolved(dataset.path)
        recipe.dataset = dataset
      case "models": recipe.models = try models(node)
      case "generate": recipe.generate = try sections(Generate.self, node, "generate")
      case "score": recipe.score = try sections(Score.self, node, "score")
      case "select": recipe.select = try sections(Select.self, node, "select")
      case "refine": recipe.refine = try sections(Refine.self, node, "refine")
      case "evaluate": recipe.evaluate = try sections(Evaluate.self, node, "evaluate")
      case "sheet":
        guard let items = node.sequence, !items.isEmpty else {
          throw wrong("'sheet' is a list of selections", at: node)
        }
        recipe.sheet = try items.map { try name($0, "sheet") }
      default: throw unknown(key, "section", Self.sections)
      }
    }
    return recipe
  }

  private func models(_ node: Node) throws -> [ImportModel] {
    guard let mapping = node.mapping else {
      throw wrong("'models' names a file for each role", at: node)
    }
    return try mapping.map { key, file in
      guard let role = Role(rawValue: key.string ?? "") else {
        throw unknown(key, "role under 'models'", Role.allCases.map(\.rawValue))
      }
      return ImportModel(role: role, path: resolved(try name(file, "models.\(role.rawValue)")))
    }
  }

  private func sections<Stage: RecipeSection>(
    _ type: Stage.Type, _ node: Node, _ name: String
  ) throws -> [Stage] {
    guard let items = node.sequence else { return [try section(type, node, name)] }
    return try items.map { try section(type, $0, name) }
  }

  private func section<Stage: RecipeSection>(
    _ type: Stage.Type, _ node: Node, _ name: String
  ) throws -> Stage {
    // `generate:` alone means its standard settings.
    let node = node.null == nil ? node : Node.mapping(Node.Mapping([]))
    guard let keys = node.mapping?.keys else {
      throw wrong("'\(name)' holds settings, KEY: VALUE", at: node)
    }
    let known = Stage.keys
    let strangers = Array(keys).filter { !known.contains($0.string ?? "") }
    let stage: Stage
    do { stage = try YAMLDecoder().decode(Stage.self, from: node) } catch let error {
      throw explained(error, name, node, strangers)
    }
    if let stranger = strangers.first { throw unknown(stranger, "key in '\(name)'", known) }
    return stage
  }

  private func explained(
    _ error: any Error, _ name: String, _ node: Node, _ strangers: [Node]
  ) -> any Error {
    switch error {
    case DecodingError.keyNotFound(let key, _):
      // Misspelt, most likely, when a stranger is near to it.
      if let stranger = strangers.first(where: {
        nearestName(to: $0.string ?? "", among: [key.stringValue]) != nil
      }) {
        return unknown(stranger, "key in '\(name)'", [key.stringValue])
      }
      return wrong("'\(name)' needs '\(key.stringValue)'", at: node)
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      let value = context.codingPath.last.flatMap { node.mapping?[Node($0.stringValue)] }
      let shown = value?.string.map { " '\($0)'" } ?? ""
      return wrong(
        "'\(name)' does not take the value\(shown) of '\(key)'", at: value ?? node)
    default: return wrong("'\(name)': \(error)", at: node)
    }
  }

  private func name(_ node: Node, _ key: String) throws -> String {
    guard let text = node.string, !text.isEmpty else {
      throw wrong("'\(key)' takes a name", at: node)
    }
    return text
  }

  private func resolved(_ file: String) -> String {
    if file.hasPrefix("/") { return file }
    if file.hasPrefix("~/") { return NSHomeDirectory() + file.dropFirst() }
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? file : folder + "/" + file
  }

  private func unknown(
    _ key: Node, _ what: String, _ known: some Sequence<String>
  ) -> PoolError {
    let name = key.string ?? "?"
    let guess = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
    let list = "; there are " + known.sorted().joined(separator: ", ")
    return wrong("unknown \(what): '\(name)'\(guess ?? list)", at: key)
  }

  private func wrong(_ reason: String, at node: Node? = nil) -> PoolError {
    let place = node?.mark.map { ":\($0.line):\($0.column)" } ?? ""
    return PoolError(
      .usage, "The recipe cannot be used: \(path)\(place): \(reason)",
      remedy:
        "Mend the recipe; what is done already is not done twice: psrdb run \(shellWord(path))")
  }
}

import Foundation
import Store
import Testing

@testable import Stages

@Suite struct RecipeReaderTests {
  private func read(_ text: String) throws -> Recipe {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("psrdb-recipe-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Recipe.read(file.path)
  }

  @Test func readsSectionsWithDefaults() throws {
    let recipe = try read(
      """
      dataset: { dataset: d, format: idx, path: data }
      models: { teacher: t.safetensors, prior: /p.safetensors }
      generate: { per_class: 7 }
      score:
      select:
        - { selection: a, ipc: 3 }
        - { selection: b, ipc: 4, strategy: dpp, source: real, parameters: { most: 0 } }
      refine: { refinement: r, selection: a }
      evaluate: [{ selection: a, protocol: soft }]
      sheet: [a, r]
      """)
    #expect(recipe.dataset?.path.hasSuffix("/data") == true)
    #expect(recipe.models.map(\.role) == [.teacher, .prior])
    #expect(recipe.models.last?.path == "/p.safetensors")
    #expect(recipe.generate.map(\.perClass) == [7])
    #expect(recipe.score == [Score()])
    #expect(recipe.select.map(\.ipc) == [3, 4])
    #expect(recipe.select.last?.source == .real)
    #expect(recipe.select.last?.parameters == ["most": 0])
    #expect(recipe.sheet == ["a", "r"])
  }

  /// docs/RECIPES.md lists what each section may say, no more and no less.
  @Test func thePageListsTheKeys() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).appending(path: "../../../docs/RECIPES.md").standardized,
      encoding: .utf8)
    var listed: [String: Set<String>] = [:]
    var section = ""
    for line in page.split(separator: "\n") {
      if let name = line.firstMatch(of: /^## (\w+)/)?.1 { section = String(name) }
      guard let cell = line.firstMatch(of: /^\| (`[^|]+) \|/)?.1 else { continue }
      listed[section, default: []].formUnion(cell.matches(of: /`(\w+)`/).map { String($0.1) })
    }
    #expect(
      listed == [
        "dataset": ImportDataset.keys, "generate": Generate.keys, "score": Score.keys,
        "select": Select.keys, "refine": Refine.keys, "evaluate": Evaluate.keys,
      ])
  }

  /// A key that is declared and not read would be passed over in silence.
  @Test func everyKeyIsRead() throws {
    let needed = [
      "dataset": ["dataset": "d", "format": "idx", "path": "p"], "generate": ["per_class": "1"],
      "score": [:], "select": ["selection": "s", "ipc": "1"],
      "refine": ["refinement": "r", "selection": "s"], "evaluate": ["selection": "s"],
    ]
    let keys = [
      "dataset": ImportDataset.keys, "generate": Generate.keys, "score": Score.keys,
      "select": Select.keys, "refine": Refine.keys, "evaluate": Evaluate.keys,
    ]
    for (section, needed) in needed {
      for key in keys[section] ?? [] {
        // No key takes this.
        let values = needed.merging([key: "{ a: { b: c } }"]) { $1 }
        let text = values.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", ")
        let error = #expect(throws: PoolError.self, "\(section).\(key)") {
          try read("\(section): { \(text) }")
        }
        #expect(error?.message.contains("'\(key)") == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test func reseedingDrawsAnewButKeepsStudents() throws {
    var recipe = try read(
      """
      generate: { per_class: 7 }
      select: [{ selection: a, ipc: 3, seed: 4 }, { selection: b, ipc: 3 }]
      evaluate: { selection: a, seeds: 2 }
      """)
    let evaluate = recipe.evaluate
    recipe.reseed(9)
    #expect(recipe.generate.map(\.seed) == [9])
    #expect(recipe.select.map(\.seed) == [13, 9])
    #expect(recipe.evaluate == evaluate)
  }

  @Test(arguments: [
    ("generat: { per_class: 3 }", ":1:1: unknown section: 'generat'; did you mean 'generate'?"),
    (
      "generate:\n  per_class: 3\n  sed: 1",
      ":3:3: unknown key in 'generate': 'sed'; did you mean 'seed'?"
    ),
    (
      "select: { selection: x, ipcc: 3 }",
      ":1:25: unknown key in 'select': 'ipcc'; did you mean 'ipc'?"
    ),
    (
      "select:\n  - { selection: x, ipc: 3 }\n  - { selection: y, ipc: 3, stratgy: psr }",
      ":3:29: unknown key in 'select': 'stratgy'; did you mean 'strategy'?"
    ),
    ("select: { selection: x }", "'select' needs 'ipc'"),
    ("select: { selection: x, ipc: many }", "does not take the value 'many' of 'ipc'"),
    ("models: { techer: x }", "'techer'; did you mean 'teacher'?"),
    ("select: 3", "'select' holds settings"),
    ("a: [", "expected node content"),
    ("", "it has no sections"),
  ])
  func saysWhereAndWhatIsNearest(_ text: String, _ expected: String) throws {
    let error = #expect(throws: PoolError.self) { try read(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func aMissingFileIsNotFound() {
    let error = #expect(throws: PoolError.self) { try Recipe.read("/nowhere/recipe.yaml") }
    #expect(error?.code == .notFound)
  }
}

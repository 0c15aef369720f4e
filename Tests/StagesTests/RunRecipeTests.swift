import Engine
import Store
import Testing

@testable import Stages

/// What a recipe can be told to lack before its first stage.
@Suite struct RunRecipeTests {
  let files: RealPool
  let pool: Pool
  init() throws {
    files = try RealPool()
    pool = try files.pool()
  }

  @Test(arguments: [
    (
      "score: {}\nselect: [{ selection: a, ipc: 1 }, { selection: a, ipc: 2 }]",
      "two selections 'a'"
    ),
    ("score: {}\nselect: { selection: a, ipc: 1, exclude: b }", "selection 'b'"),
    ("score: {}\nselect: [{ selection: a, ipc: 1, from: b }, { selection: b, ipc: 2 }]", "'b'"),
    ("select: { selection: a, ipc: 1, scoring: bas }\nscore: {}", "Did you mean 'base'?"),
    ("select: { selection: a, ipc: 1 }", "scoring 'base'"),
    ("select: { selection: a, ipc: 5, strategy: random }", "asks for 5 candidates"),
    ("select: { selection: a, ipc: 1, strategy: random, where: nothing > 1 }", "nothing"),
    (
      "select: { selection: a, ipc: 1, strategy: random, versions: latest }\n"
        + "refine: { refinement: r, selection: a }", "refined versions"
    ),
    ("select: { selection: a, ipc: 1, strategy: random, where: \"random() > 1\" }", "each time"),
    (
      "select: { selection: a, ipc: 1, strategy: random, source: real }\n"
        + "refine: { refinement: r, selection: a }", "no latents"
    ),
    (
      "score: {}\nselect: { selection: a, ipc: 1 }\nrefine: [{ refinement: r, selection: s }, "
        + "{ refinement: s, selection: a }]", "selection 's'"
    ),
  ])
  func itIsRefusedBeforeAnythingIsMade(_ sections: String, _ reason: String) throws {
    let text = "generate: { per_class: 4 }\n" + sections
    let recipe = try RecipeReader(text: text, path: "r.yaml").recipe()
    let error = #expect(throws: PoolError.self) {
      try RunRecipe(recipe).run(RealPool.context(pool))
    }
    #expect(error?.message.contains(reason) == true, "\(error.map { "\($0)" } ?? "none")")
    #expect(pool.head.sequence == 1)
  }

  @Test(arguments: [("factor: 3", "factor of 3"), ("classes: [shoe]", "'shoe'")])
  func whatDoesNotFitTheDatasetIsRefusedBeforeAnythingIsGenerated(
    _ setting: String, _ reason: String
  ) throws {
    _ = try files.importing.run(RealPool.context(pool))
    let text = """
      generate: { per_class: 40 }
      select: { selection: a, ipc: 1, strategy: random, \(setting) }
      """
    let recipe = try RecipeReader(text: text, path: "r.yaml").recipe()
    let error = #expect(throws: PoolError.self) {
      try RunRecipe(recipe).run(RealPool.context(pool))
    }
    #expect(error?.message.contains(reason) == true, "\(error.map { "\($0)" } ?? "none")")
  }

  @Test func aSheetIsOfSelections() throws {
    #expect(throws: PoolError.self) {
      try RecipeReader(text: "sheet: []", path: "r.yaml").recipe()
    }
  }
}

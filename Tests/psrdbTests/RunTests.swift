import Engine
import Foundation
import Testing

@testable import Stages
@testable import psrdb

/// `run` by the built program: what a recipe does the second time, and what it refuses.
@Suite struct RunTests {
  private struct Report: Decodable {
    var unchanged: Bool
    var results: [Result]
    struct Result: Decodable, Equatable {
      var augment: String
      var seeds: Int
      var accuracy: Double
    }
  }

  private static let recipe = TinyProject.recipe
    .replacing("ipc: 2 }", with: "ipc: 2, where: confidence >= 0 }")
    .replacing("seeds: 2, epochs: 2 }", with: "seeds: 2, epochs: 1 }")

  private let project: TinyProject

  init() throws {
    project = try TinyProject()
    try project.writeUntrainedModels()
    try project.write(Self.recipe, to: "recipe.yaml")
  }

  private func run() throws -> Report {
    let outcome = try project.psrdb("run", "recipe.yaml", "--pool", "a.psr", "--json")
    try #require(outcome.code == 0, "\(outcome.error)")
    return try JSONDecoder().decode(Report.self, from: Data(outcome.out.utf8))
  }

  private func number(_ question: String) throws -> String {
    let outcome = try project.psrdb("--pool", "a.psr", "query", "--csv", question)
    return String(outcome.out.split(separator: "\n").last ?? "")
  }

  @Test func theSecondTimeNothingIsDone() throws {
    #expect(try !run().unchanged)
    // What was refined and scored meanwhile is not in the slice.
    #expect(try run().unchanged)
    // Another prior comes in, and the recipe's counts again.
    var initializer = Initializer(seed: 1)
    let configuration = try #require(
      try Self.prior(
        ModelFile(Files.read(project.psrdb.path("prior.safetensors")), name: "").model()))
    let other = DiffusionTransformer(configuration, initializer: &initializer)
    try Files.write(ModelFile.write(.prior(other)), to: project.psrdb.path("other.safetensors"))
    try project.succeed("--pool", "a.psr", "import", "model", "prior", "other.safetensors")
    #expect(try !run().unchanged)
    #expect(try number("SELECT count(DISTINCT prior) FROM generations") == "1")
    #expect(try run().unchanged)
  }

  private static func prior(_ model: Model) -> DiffusionTransformer.Configuration? {
    if case .prior(let network) = model { network.configuration } else { nil }
  }

  @Test func theTableSaysWhatStudentsLearned() {
    let result = RunRecipe.Result(
      selection: "s", ipc: 1, protocol: "hard", student: "mlp", epochs: 5, augment: "dsa", seeds: 2,
      accuracy: 0.7561, accuracySd: 0.0049)
    let report = RunRecipe.Report(
      path: "a.psr", steps: [], results: [result], sheet: nil, unchanged: false, seconds: 1)
    #expect(RunText.text(report).contains("75.6 ± 0.5 %"))
  }

  @Test func theNextReselectionIsOfASelectionThatItsCommandSays() throws {
    let report = RunRecipe.Report(
      path: "a.psr", steps: [], results: [], sheet: nil, unchanged: false, seconds: 1)
    func next(_ selections: String..., refine: String = "") throws -> String {
      try project.write(
        "select: [\(selections.joined(separator: ", "))]\n\(refine)", to: "next.yaml")
      return RunText.next(report, try Recipe.read(project.psrdb.path("next.yaml")))
        .joined(separator: "\n")
    }
    let sliced = "{ selection: dresses, ipc: 4, classes: [Dress] }"
    let plain = "{ selection: ten, ipc: 10, strategy: herding }"
    #expect(
      try next(plain, sliced).contains("select --ipc 5 --strategy herding --name ten-5\n"))
    #expect(try !next(sliced).contains(" select --ipc"))
    // What was refined, before a baseline that comes later.
    let baseline = "{ selection: first, ipc: 10, strategy: first }"
    #expect(try next(plain, baseline).contains("--name first-5\n"))
    #expect(
      try next(plain, baseline, refine: "refine: { refinement: r, selection: ten }")
        .contains("--name ten-5\n"))
  }

  @Test func accuraciesAreOfThePoolsStudents() throws {
    let mean = try #require(run().results.first?.accuracy)
    let stored = try number("SELECT avg(accuracy) FROM evaluations WHERE selection = 'refined'")
    #expect(abs(mean - (Double(stored) ?? -1)) < 1e-6)
  }

  @Test func studentsOfOtherSettingsAreNotCountedTogether() throws {
    try project.write(
      Self.recipe.replacing(
        "evaluate: {",
        with: """
          evaluate:
            - { selection: refined, student: convnet3-8, seeds: 1, epochs: 1, augment: none }
            - {
          """), to: "recipe.yaml")
    let results = try run().results
    #expect(results.map(\.augment) == ["none", "dsa"] && results.map(\.seeds) == [1, 2])
  }

  @Test func everyStageGoesByWhetherMirrorImagesBelong() throws {
    try project.write(
      Self.recipe.replacing("path: images }", with: "path: images, flips: false }")
        .replacing("seeds: 2, epochs: 1 }", with: "seeds: 1, epochs: 1 }"), to: "recipe.yaml")
    _ = try run()
    #expect(try number("SELECT group_concat(DISTINCT flips) FROM datasets") == "0")
    #expect(try number("SELECT group_concat(DISTINCT flips) FROM scorings") == "0")
    #expect(
      try number("SELECT group_concat(DISTINCT settings ->> 'flips') FROM evaluations") == "no")
    let refined = try number("SELECT version FROM refinements LIMIT 1")
    let lineage = try project.psrdb("--pool", "a.psr", "lineage", refined)
    #expect(lineage.out.contains("flips false"), "\(lineage.out)")
  }

  @Test func softStudentsLearnStoredLabelsOfViews() throws {
    _ = try run()
    let soft = [
      "--pool", "a.psr", "evaluate", "refined", "--protocol", "soft", "--student", "convnet3-8",
      "--seeds", "1", "--epochs", "1",
    ]
    try project.succeed(soft)
    try project.succeed(soft + ["--augment", "cutmix", "--views", "5"])
    let shapes = """
      SELECT e.settings ->> 'augment' AS augment, t.shape FROM evaluations AS e
        JOIN tensors AS t ON t.entry = e.entry WHERE t.name = 'soft_labels' ORDER BY 1
      """
    let found = try project.psrdb("--pool", "a.psr", "query", "--csv", shapes).out
    #expect(found.contains("cutmix,\"[5,") && found.contains("views,\"[8,"), "\(found)")
    try project.psrdb(soft + ["--augment", "dsa"]).expectFailure(2, "'dsa'", "--augment views")
    try project.psrdb(soft + ["--views", "2000000"]).expectFailure(2, "--views 8")
    try project.psrdb("--pool", "a.psr", "evaluate", "refined", "--views", "5")
      .expectFailure(2, "soft")
    try project.psrdb("--pool", "a.psr", "evaluate", "refined", "--augment", "cutmix")
      .expectFailure(2, "'cutmix'", "--augment dsa")
  }

  @Test func oneScoringHasOneKindOfViews() throws {
    _ = try run()
    try project.write(Self.recipe.replacing("views: 1", with: "views: 2"), to: "recipe.yaml")
    try project.psrdb("run", "recipe.yaml", "--pool", "a.psr")
      .expectFailure(2, "views 1, not 2", "--name base-2")
    try project.succeed("--pool", "a.psr", "score", "--views", "2", "--name", "base-2")
  }

  @Test func namesAreCheckedBeforeTheWorkBegins() throws {
    try project.write(
      Self.recipe.replacing("[chosen, refined]", with: "[chosen, refind]"), to: "recipe.yaml")
    try project.psrdb("run", "recipe.yaml", "--pool", "a.psr")
      .expectFailure(4, "'refind'", "Did you mean 'refined'?")
    #expect(try number("SELECT count(*) FROM datasets") == "0")
  }

  @Test(arguments: [
    ("strategy: psr", "strategy: prs", "'prs'"), ("convnet3-8", "convent", "'convent'"),
    ("views: 1", "views: 99", "64 views"), ("steps: 3", "steps: 0", "1 to 10,000 steps"),
  ])
  func settingsAreCheckedBeforeTheWorkBegins(_ right: String, _ wrong: String, _ word: String)
    throws
  {
    try project.write(Self.recipe.replacing(right, with: wrong), to: "recipe.yaml")
    try project.psrdb("run", "recipe.yaml", "--pool", "a.psr").expectFailure(2, word)
    #expect(try number("SELECT count(*) FROM datasets") == "0")
  }

  @Test func whatIsInTheWayIsSaidBeforehand() throws {
    _ = try run()
    let psrdb = project.psrdb
    let before = try project.contents("a.psr")
    try psrdb("--pool", "a.psr", "refine", "chosen", "--name", "chosen")
      .expectFailure(2, "'chosen' is taken")
    try psrdb("--pool", "a.psr", "generate", "--per-class", "70", "--steps", "2", "--name", "b")
      .expectFailure(2, "'base'")
    try psrdb("--pool", "a.psr", "generate", "--per-class", "70", "--seed", "3", "--shard", "1/2")
      .expectFailure(2, "psrdb generate --per-class 70 --seed 3 --shard 1/2 --name base-2")
    try psrdb("--pool", "a.psr", "select", "--ipc", "1", "--name", " ")
      .expectFailure(2, "cannot name")
    try psrdb("--pool", "a.psr", "sheet", "chosen", "-o", "a.psr/sheet.png")
      .expectFailure(1, "inside the pool")
    try FileManager.default.createDirectory(
      atPath: psrdb.path("folder.png"), withIntermediateDirectories: false)
    try psrdb("--pool", "a.psr", "sheet", "chosen", "-o", "folder.png")
      .expectFailure(1, "no regular file")
    try psrdb("--pool", "a.psr", "quality", "--as-of", "1").expectFailure(2, "--as-of")
    #expect(try project.contents("a.psr") == before)
  }

  @Test func realImagesAreOfOneDataSet() throws {
    _ = try run()
    try project.succeed(
      "--pool", "a.psr", "import", "dataset", "images", "--name", "more", "--format",
      "image-folder")
    try project.succeed(
      "--pool", "a.psr", "select", "--ipc", "9", "--source", "real", "--strategy", "random",
      "--name", "real")
    #expect(
      try number(
        "SELECT count(*) FROM members WHERE selection = 'real' AND id LIKE 'clothes-train-%'")
        == "27")
    #expect(try run().unchanged == true)
  }
}

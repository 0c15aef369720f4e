import Foundation
import Testing

/// Students' results go out of one pool and into another, by the built program.
@Suite struct ImportEvaluationsTests {
  private struct Report: Decodable {
    struct LeftOut: Decodable {
      var selection: String
      var students: Int
      var reason: String
    }
    var imported: Int
    var known: Int
    var leftOut: [LeftOut]
  }

  private struct Trained: Decodable {
    var trained: Int
    var accuracies: [Double]
  }

  private let project: TinyProject

  init() throws {
    project = try TinyProject()
    for pool in ["a.psr", "b.psr", "c.psr"] {
      try project.importDataset(into: pool)
      try select(pool, "one", seed: 1)
      try select(pool, "two", seed: 2)
    }
    try evaluate("a.psr", "one", expectingTrained: 2)
    try write("a.psr", to: "a.json")
  }

  private func select(_ pool: String, _ name: String, seed: Int) throws {
    try project.succeed(
      "--pool", pool, "select", "--ipc", "2", "--name", name, "--source", "real", "--strategy",
      "random", "--seed", "\(seed)")
  }

  @discardableResult
  private func evaluate(
    _ pool: String, _ selection: String, expectingTrained count: Int
  ) throws -> [Double] {
    let report: Trained = try answer(
      "--pool", pool, "evaluate", selection, "--student", "convnet3-8", "--seeds", "2",
      "--epochs", "2")
    #expect(report.trained == count)
    return report.accuracies
  }

  private func answer<T: Decodable>(_ arguments: String...) throws -> T {
    let outcome = try project.psrdb(["--json"] + arguments)
    try #require(outcome.code == 0, "\(arguments): \(outcome.error)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(T.self, from: Data(outcome.out.utf8))
  }

  private func query(_ pool: String, _ sql: String) throws -> String {
    let outcome = try project.psrdb("--pool", pool, "query", "--csv", sql)
    #expect(outcome.code == 0, "\(outcome.error)")
    return outcome.out
  }

  private func write(_ pool: String, to file: String) throws {
    let rows = try project.psrdb("--pool", pool, "--json", "query", "SELECT * FROM evaluations")
    try project.write(rows.out, to: file)
  }

  private func importing(_ pool: String, _ file: String) throws -> Report {
    try answer("--pool", pool, "import", "evaluations", file)
  }

  private static let results = """
    SELECT selection, protocol, student, seed, epochs, accuracy, class_accuracy, settings, test, train,
      seconds FROM evaluations ORDER BY selection, seed
    """

  @Test func resultsGoFromOnePoolToAnother() throws {
    let report = try importing("b.psr", "a.json")
    #expect((report.imported, report.known, report.leftOut.count) == (2, 0, 0))
    #expect(try query("b.psr", Self.results) == query("a.psr", Self.results))
    let head = try query("b.psr", "SELECT max(sequence) FROM journal")
    let again = try importing("b.psr", "a.json")
    #expect((again.imported, again.known) == (0, 2))
    #expect(try query("b.psr", "SELECT max(sequence) FROM journal") == head)

    // Nothing is left to train, but for the set that nobody trained on.
    #expect(
      try evaluate("b.psr", "one", expectingTrained: 0)
        == evaluate("a.psr", "one", expectingTrained: 0))
    try evaluate("b.psr", "two", expectingTrained: 2)

    // The journal tells what came from elsewhere, and from which file.
    let origins = try query(
      "b.psr",
      "SELECT e.selection, j.arguments ->> 'imported' AS file FROM evaluations AS e "
        + "JOIN journal AS j ON j.sequence = e.entry GROUP BY 1, 2 ORDER BY 1")
    let rows = origins.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.map(\.first) == ["one", "two"])
    #expect(rows.map { $0.count == 2 ? $0[1].count : 0 } == [64, 0])
    try project.expectWhole("b.psr")
    try project.succeed("--pool", "b.psr", "reindex")
    #expect(try importing("b.psr", "a.json").known == 2)
  }

  @Test func resultsOfOtherSetsAreLeftOut() throws {
    try evaluate("a.psr", "two", expectingTrained: 2)
    try write("a.psr", to: "both.json")
    // A pool with another set under one of the names.
    try project.importDataset(into: "d.psr")
    try select("d.psr", "one", seed: 9)
    try project.psrdb("--pool", "d.psr", "import", "evaluations", "a.json")
      .expectFailure(4, "a.json", "'one'", "other images", "psrdb --pool d.psr query")
    try select("d.psr", "two", seed: 2)
    let report = try importing("d.psr", "both.json")
    #expect(report.imported == 2)
    let left = try #require(report.leftOut.first)
    #expect((report.leftOut.count, left.selection, left.students) == (1, "one", 2))
    #expect(left.reason.contains("other images"))

    let other = try String(contentsOfFile: project.psrdb.path("a.json"), encoding: .utf8)
    let test = try #require(other.firstMatch(of: /"test": "([0-9a-f]{64})"/)?.1)
    try project.write(
      other.replacing(test, with: String(repeating: "0", count: 64)), to: "elsewhere.json")
    try project.psrdb("--pool", "c.psr", "import", "evaluations", "elsewhere.json")
      .expectFailure(4, "another split")
    for (name, wrong) in [("hard", "harsh"), ("convnet3-8", "convnet")] {
      try project.write(
        other.replacing("\"\(name)\"", with: "\"\(wrong)\""), to: "unheard-of.json")
      try project.psrdb("--pool", "c.psr", "import", "evaluations", "unheard-of.json")
        .expectFailure(4, "'\(wrong)' is no")
    }
    #expect(try query("c.psr", "SELECT count(*) FROM evaluations").hasSuffix("\n0\n"))
  }

  @Test func aRecipeTakesThemBeforeItTrains() throws {
    try project.write(
      """
      dataset: { dataset: clothes, format: image-folder, path: images }
      select: { selection: one, strategy: random, source: real, ipc: 2, seed: 1 }
      evaluate: { selection: one, student: convnet3-8, seeds: 3, epochs: 2 }
      """, to: "real.yaml")
    try project.write("[]\n", to: "none.json")
    try project.succeed(
      "run", "real.yaml", "--pool", "e.psr", "--evaluations", "a.json", "--evaluations",
      "none.json")
    // Two came with the file, one was trained.
    let trained = "SELECT arguments ->> 'imported' IS NULL FROM journal WHERE kind = 'evaluate'"
    #expect(try query("e.psr", trained).split(separator: "\n").dropFirst() == ["0", "0", "1"])
    // Where nothing fits, a recipe trains.
    try project.succeed("run", "real.yaml", "--pool", "f.psr", "--evaluations", "none.json")
    #expect(try query("f.psr", trained).split(separator: "\n").dropFirst() == ["1", "1", "1"])
    #expect(
      try query("e.psr", "SELECT accuracy FROM evaluations ORDER BY seed")
        == query("f.psr", "SELECT accuracy FROM evaluations ORDER BY seed"))
  }

  @Test func whatAreNoEvaluationsIsRefused() throws {
    try project.write("[{\"selection\": \"one\"}]", to: "x.json")
    try project.psrdb("--pool", "c.psr", "import", "evaluations", "a.json", "x.json")
      .expectFailure(1, "x.json", "row 1", "psrdb --json query")
    try project.psrdb("--pool", "c.psr", "import", "evaluations", "none.json")
      .expectFailure(4, "none.json")
    // Said before anything is made.
    try project.write(
      "dataset: { dataset: clothes, format: image-folder, path: images }", to: "real.yaml")
    try project.psrdb("run", "real.yaml", "--pool", "g.psr", "--evaluations", "x.json")
      .expectFailure(1, "x.json")
    #expect(!FileManager.default.fileExists(atPath: project.psrdb.path("g.psr")))
    #expect(try query("c.psr", "SELECT count(*) FROM evaluations").hasSuffix("\n0\n"))
  }
}

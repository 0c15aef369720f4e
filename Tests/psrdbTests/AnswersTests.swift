import Foundation
import Testing

/// Every question of the built program, on a pool of a whole run: as text, and as JSON.
@Suite struct AnswersTests {
  @Test func everyQuestionIsAnswered() throws {
    let project = try TinyProject()
    try project.writeUntrainedModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    let first = try project.psrdb(
      "--pool", "a.psr", "query", "--csv",
      "SELECT id FROM members WHERE selection = 'chosen' LIMIT 1"
    ).out.split(separator: "\n").last.map(String.init)
    let member = try #require(first)
    let questions = [
      ["ls"], ["show", member], ["lineage", member], ["similar", member, "--count", "3"],
      ["duplicates", "--threshold", "0.9"], ["explain", "chosen"], ["explain", "chosen", member],
      ["explain", "chosen", "--curve"], ["diff", "chosen", "refined"], ["log"], ["info"],
      ["verify"], ["quality"], ["gc", "--dry-run"], ["query", "SELECT * FROM members"],
      ["select", "--ipc", "3", "--name", "three", "--dry-run"],
    ]
    for question in questions {
      let text = try project.psrdb(["--pool", "a.psr", "--quiet"] + question)
      #expect(text.code == 0 && text.error.isEmpty, "\(question): \(text)")
      #expect(!text.out.isEmpty, "\(question)")
      let json = try project.psrdb(["--pool", "a.psr", "--quiet", "--json"] + question)
      #expect(json.code == 0 && json.error.isEmpty, "\(question): \(json)")
      #expect(throws: Never.self, "\(question): \(json.out)") {
        try JSONSerialization.jsonObject(with: Data(json.out.utf8))
      }
    }
  }

  @Test func queriesArePlottedAndAnsweredOfThePast() throws {
    let project = try TinyProject()
    try project.writeUntrainedModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    let on = ["--pool", "a.psr"]
    try project.succeed(
      on + ["query", "SELECT 'a', 1, 2 UNION SELECT 'a', 10, 3", "--plot", "p.svg", "--log-x"])
    let plot = try Data(contentsOf: project.psrdb.folder.appending(path: "p.svg"))
    #expect(plot.starts(with: Data("<svg".utf8)))
    #expect(try project.psrdb(on + ["query", "--schema"]).out.contains("CREATE TABLE candidates"))
    #expect(try project.psrdb(on + ["--as-of", "1", "--json", "ls"]).out == "[]\n")
    func keys(_ question: [String]) throws -> Set<String> {
      let rows = try JSONSerialization.jsonObject(
        with: Data(project.psrdb(on + ["--json"] + question).out.utf8))
      return Set((rows as? [[String: Any]])?.first?.keys.map { $0 } ?? [])
    }
    let listed = try keys(["ls"])
    #expect(!listed.isEmpty)
    #expect(
      try listed.isSubset(of: keys(["query", "SELECT * FROM version_scores LIMIT 1"])))
  }

  /// Files of models are of the training split alone.
  @Test func noTrainingSeesTheTestSplit() throws {
    let projects = try [TinyProject(), TinyProject()]
    for (name, _) in TinyProject.classes {
      let folder = projects[1].psrdb.path("images/test/\(name)")
      let train = projects[1].psrdb.path("images/train/\(name)")
      for place in 20..<24 {
        try FileManager.default.removeItem(atPath: "\(folder)/\(place).png")
        try FileManager.default.copyItem(
          atPath: "\(train)/\(place - 20).png", toPath: "\(folder)/\(place).png")
      }
    }
    for project in projects { try project.trainModels() }
    for role in TinyProject.roles {
      let files = try projects.map {
        try Data(contentsOf: $0.psrdb.folder.appending(path: "\(role).safetensors"))
      }
      #expect(files[0] == files[1], "\(role)")
    }
  }
}

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

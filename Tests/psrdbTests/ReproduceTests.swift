import Foundation
import Testing

/// `reproduce` by the built program, on a pool of a whole run.
@Suite struct ReproduceTests {
  private struct Report: Decodable {
    var id: String
    var reproduced: Bool
    var tensors: [Tensor]
    struct Tensor: Decodable {
      var name: String
      var recorded: String
      var made: String
    }
  }

  @Test func whatWasMadeIsMadeAgain() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.trainModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    // Newcomers of a larger selection are refined beside those that are settled; and a set whose
    // images hold four members each.
    try project.write(
      """
      select:
        - { selection: larger, ipc: 3 }
        - { selection: four, ipc: 1, factor: 2, strategy: first }
      refine:
        - { refinement: refined, selection: larger, name: largest, steps: 3, width: 8, networks: 2 }
        - { refinement: fours, selection: four, steps: 3, width: 8 }
      evaluate: { selection: fours, student: convnet3-8, seeds: 1, epochs: 1 }
      """, to: "larger.yaml")
    try project.succeed("run", "larger.yaml", "--pool", "a.psr")
    let before = try project.contents("a.psr")
    func ids(_ condition: String) throws -> [String] {
      try psrdb("--pool", "a.psr", "query", "--csv", "SELECT id FROM versions WHERE " + condition)
        .out.split(separator: "\n").dropFirst().map(String.init)
    }
    // One of the first block and of the second; one refined in the run, and a newcomer after it.
    let generated = try ids("id GLOB '1-00000*@0' OR id GLOB '2-00069*@0'")
    let refined = try ids("class = 2 AND refinement = 'refined' ORDER BY entry")
    let fours = try ids("class = 2 AND refinement = 'fours' ORDER BY entry")
    #expect((generated.count, refined.count, fours.count) == (2, 3, 4))
    for id in generated + [refined[0], refined[2], fours[3]] {
      let outcome = try psrdb("--pool", "a.psr", "--json", "reproduce", id)
      #expect(outcome.code == 0, "\(outcome.error)")
      let report = try JSONDecoder().decode(Report.self, from: Data(outcome.out.utf8))
      #expect((report.id, report.reproduced) == (id, true))
      #expect(report.tensors.map(\.name) == ["latent", "image"])
      for tensor in report.tensors {
        #expect(before.contains { $0.contains(tensor.recorded) } && tensor.made == tensor.recorded)
      }
    }
    #expect(try project.contents("a.psr") == before)
    try psrdb("--pool", "a.psr", "reproduce", "clothes-train-0-00000")
      .expectFailure(2, "real image", "psrdb --pool a.psr lineage")
    try psrdb("--pool", "a.psr", "reproduce", "nothing")
      .expectFailure(4, "nothing", "psrdb --pool a.psr ls")
  }
}

import Engine
import Foundation
import Store
import Testing

@testable import Stages

/// The files that the repository ships are such as this psrdb reads.
@Suite struct ShippedTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL.path

  @Test(arguments: Role.allCases) func models(_ role: Role) throws {
    let path = "\(Self.root)/models/fashion-mnist/\(role.rawValue).safetensors"
    let model = try ModelFile(Files.read(path), name: path).model()
    let data = DatasetContent(
      dataset: "fashion-mnist", split: .train, image: [28, 28, 1],
      classes: (0..<10).map(String.init), counts: [], mean: [], sd: [], source: "")
    #expect(model.misfit(data) == nil)
  }

  @Test func evaluations() throws {
    let folder = "\(Self.root)/docs/evaluations"
    // Those of another program are beside them, to be compared with.
    let names = try Files.names(in: folder).filter { $0 != "yardstick-pytorch.json" }
    #expect(names.count >= 7)
    for name in names { #expect(try !EvaluationFile("\(folder)/\(name)").rows.isEmpty) }
  }

  @Test func recipes() throws {
    let folder = "\(Self.root)/recipes"
    for name in try Files.names(in: folder) {
      let text = String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self)
      #expect(try !RecipeReader(text: text, path: "\(folder)/\(name)").recipe().select.isEmpty)
    }
  }
}

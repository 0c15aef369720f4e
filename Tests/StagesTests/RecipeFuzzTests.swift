import Foundation
import Store
import TestSupport
import Testing

@testable import Stages

/// Damaged recipes: each is read, or refused as the user's mistake.
@Suite struct RecipeFuzzTests {
  private static func read(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      _ = try RecipeReader(text: text, path: "recipe.yaml").recipe()
    } catch let error as PoolError {
      #expect(error.code == .usage)
      throw error
    }
  }

  @Test func survives() throws {
    let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../recipes").standardizedFileURL
    let seeds =
      try FileManager.default.contentsOfDirectory(at: recipes, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "yaml" }.map { [UInt8](try Data(contentsOf: $0)) }
      + [
        Array(
          """
          pool: &p "a.psr"
          models: { teacher: !!str t, prior: *p }
          generate: [{ per_class: 7, seed: 3, shard: 1/2 }]
          score: { views: 2 }
          select: { selection: a, ipc: 3, parameters: { most: 0.5 }, classes: [0, 1] }
          refine: { refinement: r, selection: a, steps: 0x10 }
          sheet: [a, r]
          """.utf8)
      ]
    let outcome = try Fuzzer.run("recipe", seeds: seeds, refusal: PoolError.self, Self.read)
    #expect(outcome.refused > Fuzzer.executions / 10)
  }

  /// Each list is ten of the one before.
  private static let laughs =
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1...30).map { level in
      let ten = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return "a\(level): &a\(level) [\(ten)]\n"
    }.joined()

  @Test(arguments: [("a", ", *a"), ("-a", ", *-a"), ("a", ", {\"k\":*a}"), ("a", ",*a")])
  func everyAliasCounts(_ anchor: String, _ alias: String) throws {
    let text = "sheet: [&\(anchor) x" + String(repeating: alias, count: 33) + "]"
    let error = #expect(throws: PoolError.self) { try Self.read(Array(text.utf8)) }
    #expect(error?.message.contains("more than 32 aliases") == true, "\(error?.message ?? "")")
  }

  /// What random mutations do not come upon.
  @Test(arguments: [
    String(repeating: "[", count: 200_000), String(repeating: "{a: ", count: 100_000),
    String(repeating: "- ", count: 100_000), "pool: \"\\uD800\"", "? ? ? ?", "&a [*a]",
    laughs, laughs + "sheet: *a30", laughs + "? *a30\n: x", "sheet: &s [*s]",
    "generate: { <<: { per_class: 99999999999999999999 } }", "generate: { per_class: 1e300 }",
    "select: { selection: a, ipc: -9223372036854775809 }",
  ]) func refuses(_ text: String) throws {
    #expect(throws: PoolError.self) { try Self.read(Array(text.utf8)) }
  }
}

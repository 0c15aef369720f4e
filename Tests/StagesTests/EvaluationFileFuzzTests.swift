import Store
import TestSupport
import Testing

@testable import Stages

/// Damaged files of evaluations: each is read, or refused with a reason.
@Suite struct EvaluationFileFuzzTests {
  static func row(_ column: String = "", _ value: String = "") -> String {
    var columns = [
      "entry": "7", "selection": "\"two\"", "protocol": "\"hard\"", "student": "\"convnet3-8\"",
      "seed": "1", "epochs": "2", "accuracy": "0.5", "class_accuracy": "\"[0.25,1,0.25]\"",
      "settings": "\"{\\\"augment\\\":\\\"dsa\\\",\\\"images\\\":\\\"6\\\"}\"", "test": "\"ab\"",
      "train": "\"cd\"", "seconds": "1.5", "psrdb": "\"0.1\"", "blas": "\"OpenBLAS Zen\"",
    ]
    if !column.isEmpty { columns[column] = value }
    return "{"
      + columns.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
      .joined(separator: ", ") + "}"
  }

  private static func read(_ bytes: [UInt8]) throws {
    do {
      _ = try EvaluationFile(bytes, path: "them.json")
    } catch let error as PoolError {
      #expect(error.code == .failure)
      throw error
    }
  }

  @Test func survives() throws {
    let seeds = ["[]\n", "[\(Self.row())]", "[\n  \(Self.row()),\n  \(Self.row("seed", "2"))\n]\n"]
    let outcome = try Fuzzer.run(
      "evaluations", seeds: seeds.map { Array($0.utf8) }, refusal: PoolError.self, Self.read)
    #expect(outcome.taken > Fuzzer.executions / 100)
    #expect(outcome.refused > Fuzzer.executions / 10)
  }

  /// What random mutations do not come upon.
  @Test(arguments: [
    "", "{}", "[7]", "[[]]", "\u{0}", "[\(row("accuracy", "1e999"))]",
  ]) func refusesWhatAreNoRows(_ text: String) {
    #expect(throws: PoolError.self) { try Self.read(Array(text.utf8)) }
  }

  /// Not as arguments, which the runner prints.
  @Test func refusesWhatIsTooDeep() {
    for text in [
      String(repeating: "[", count: 200_000), "[" + String(repeating: "{\"a\":", count: 100_000),
      "[\(Self.row("settings", "\"\(String(repeating: "[", count: 100_000))\""))]",
    ] {
      #expect(throws: PoolError.self) { try Self.read(Array(text.utf8)) }
    }
  }

  @Test(arguments: [
    ("accuracy", "1.01"), ("accuracy", "-0.5"), ("accuracy", "null"),
    ("epochs", "0"), ("epochs", "1e300"), ("seed", "-1"), ("seed", "9223372036854775808"),
    ("seconds", "-1"), ("seconds", "\"nan\""), ("class_accuracy", "[0.5]"),
    ("class_accuracy", "\"[2]\""), ("class_accuracy", "\"[\""), ("settings", "\"{\\\"a\\\":1}\""),
    ("selection", "3"), ("train", "null"), ("blas", "3"),
  ]) func saysWhichRowAndColumn(_ column: String, _ value: String) {
    let text = "[\(Self.row()), \(Self.row(column, value))]"
    let error = #expect(throws: PoolError.self) { try Self.read(Array(text.utf8)) }
    #expect(error?.message.contains("row 2 has no usable '\(column)'") == true, "\(error as Any)")
  }
}

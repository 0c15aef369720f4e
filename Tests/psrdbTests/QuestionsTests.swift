import Engine
import Foundation
import Testing

/// What the built program answers about the pool of Tests/StoreTests/Fixtures/format-1.
@Suite struct QuestionsTests {
  private let psrdb: Program

  init() throws {
    psrdb = try Program()
    let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../StoreTests/Fixtures/format-1/data.mdb").path
    try FileManager.default.createDirectory(
      atPath: psrdb.path("a.psr"), withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: data, toPath: psrdb.path("a.psr/data.mdb"))
  }

  @Test func aBrokenChainIsFive() throws {
    #expect(try psrdb("log", "--verify").code == 0)
    var bytes = try Files.read(psrdb.path("a.psr/data.mdb"))
    let guidance = Array("\"guidance\":1.5".utf8)
    for range in bytes.ranges(of: guidance) { bytes[range.upperBound - 1] = UInt8(ascii: "6") }
    try Data(bytes).write(to: URL(fileURLWithPath: psrdb.path("a.psr/data.mdb")))
    let outcome = try psrdb("log", "--verify")
    #expect(outcome.code == 5)
    for place in ["entry 6: ", "entry 8: ", "entry 17: "] {
      #expect(outcome.error.contains(place), "\(outcome.error)")
    }
    #expect(outcome.error.contains("[chain]") && !outcome.error.contains("is whole"))
    let found = try psrdb("verify")
    #expect(found.code == 5 && !(found.out + found.error).contains("is whole"))
  }

  @Test(arguments: [
    ("text", "0-00004-0123abcd@1  entry 12 · 9ad695f1d040\n"), ("dot", "digraph lineage {\n"),
    ("mermaid", "flowchart LR\n"), ("json", "{\n  \"edges\" : ["),
    ("prov-json", "{\n  \"activity\" : {\n    \"psr:entry-12\" : {"),
  ])
  func lineageComesInFormats(_ format: String, _ start: String) throws {
    let outcome = try psrdb("lineage", "0-00004-0123abcd@1", "--format", format)
    #expect(outcome.code == 0)
    #expect(outcome.out.hasPrefix(start), "\(outcome.out)")
    // --json is one of them, and overrules no other that was asked for.
    let both = try psrdb("lineage", "0-00004-0123abcd@1", "--format", format, "--json")
    #expect(both.code == (["text", "json"].contains(format) ? 0 : 2))
  }
}

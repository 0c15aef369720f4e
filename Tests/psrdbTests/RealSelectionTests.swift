import Engine
import Foundation
import Testing

/// Selections of real images, by the built program.
@Suite struct RealSelectionTests {
  private let project: TinyProject

  init() throws {
    project = try TinyProject()
    try project.succeed("init", "a.psr")
    try project.succeed(
      "import", "dataset", "images", "--name", "clothes.v1", "--format", "image-folder")
    for ipc in ["1", "2"] {
      try project.succeed(
        "select", "--ipc", ipc, "--name", "ipc\(ipc)", "--source", "real", "--strategy", "first")
    }
  }

  @Test func differencesAreSixWhereAskedFor() throws {
    let psrdb = project.psrdb
    #expect(try psrdb("diff", "ipc1", "ipc1", "--exit-code").code == 0)
    #expect(try psrdb("diff", "ipc1", "ipc2").code == 0)
    let outcome = try psrdb("diff", "ipc1", "ipc2", "--exit-code")
    #expect(outcome.code == 6)
    #expect(outcome.out.contains("clothes.v1-train-2-00001"))
    #expect(outcome.error.isEmpty)
  }

  /// A sample's name ends at its first dot.
  @Test func dotsOfADataSetsNameBeginNoPart() throws {
    try project.succeed("export", "ipc1", "one.tar", "--format", "webdataset")
    let bytes = try Files.read(project.psrdb.path("one.tar"))
    let name = String(decoding: bytes.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
    #expect(name == "clothes_v1-0-00000.png")
  }
}

import Engine
import Foundation
import Testing

/// A disk that is full, by a limit on the size of files: exit code 13, what was committed stays
/// whole, and with room again the same command finishes.
@Suite struct FullDiskTests {
  @Test func poolsThatCannotGrow() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.importDataset(into: "a.psr")
    let before = try project.contents("a.psr")
    let size = try Files.read(psrdb.path("a.psr/data.mdb")).count
    for role in ["autoencoder", "prior"] { try project.succeed(project.train(role, pool: "a.psr")) }
    try project.succeed("init", "b.psr")
    let importing = ["--pool", "b.psr", "import", "model", "prior", "prior.safetensors"]
    try psrdb.limited(to: size + 100_000, importing).expectFailure(13, "disk is full")
    try project.expectWhole("b.psr")
    #expect(try project.contents("b.psr").isEmpty && !before.isEmpty)
    try project.succeed(importing)

    for command in [["backup", "c.psr"], ["reindex"], ["compact"]] {
      try psrdb.limited(to: 40_960, ["--pool", "a.psr"] + command).expectFailure(13)
      try project.expectWhole("a.psr")
      try project.succeed(["--pool", "a.psr"] + command)
    }
    try project.expectWhole("c.psr")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: psrdb.folder.path)
        .filter { $0.contains(".new-") }.isEmpty)
  }

  @Test func filesThatCannotBeWritten() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.importDataset(into: "a.psr")
    try project.succeed(
      "select", "--ipc", "2", "--name", "real", "--source", "real", "--strategy", "random")
    for command in [
      ["sheet", "real", "-o", "real.png"], ["export", "real", "real.npz", "--format", "npz"],
      ["export", "real", "folder", "--format", "image-folder"],
    ] {
      try psrdb.limited(to: 100, command).expectFailure(13, "full", "psrdb \(command[0])")
    }
    // Room for the pool, and none for the weights.
    try psrdb.limited(to: 500_000, project.train("judge", pool: "a.psr"))
      .expectFailure(13, "judge.safetensors cannot be written", "psrdb --pool a.psr train")
    #expect(
      try Files.names(in: psrdb.folder.path) == ["a.psr", "images", "recipe.yaml"])
    try project.expectWhole("a.psr")
    // What was asked for is lost where it cannot be written: that is no success.
    let full = try psrdb.start(["ls"], output: "/dev/full").finish()
    full.expectFailure(13, "output", "psrdb ls")
    // What is done need not be done again.
    let made = try psrdb.start(["init", "b.psr"], output: "/dev/full").finish()
    #expect(made.code == 13 && !made.error.contains("again"))
  }
}

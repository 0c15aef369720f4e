import Engine
import Foundation
import Testing

/// Ctrl-C in every stage, and kills at any moment: what was committed stays whole, the same command
/// goes on, and in the end the pool holds the same bits as one that nobody disturbed.
@Suite struct InterruptTests {
  private func interrupt(_ arguments: [String], pool: String?, in project: TinyProject) throws {
    let outcome = try project.psrdb.interrupted(arguments)
    outcome.expectFailure(130, "Interrupted", "psrdb " + arguments.prefix(3).joined(separator: " "))
    if let pool { try project.expectWhole(pool) }
    try project.succeed(arguments)
  }

  @Test func everyStageGoesOn() throws {
    let project = try TinyProject()
    try project.trainModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")

    // The recipe by hand, each stage interrupted once.
    let on = ["--pool", "b.psr"]
    try project.succeed("init", "b.psr")
    try interrupt(
      on + ["import", "dataset", "images", "--name", "clothes", "--format", "image-folder"],
      pool: "b.psr", in: project)
    for role in TinyProject.roles {
      try project.succeed(on + ["import", "model", role, "\(role).safetensors"])
    }
    for stage in [
      ["generate", "--per-class", "70", "--steps", "2"], ["score", "--views", "1"],
      ["select", "--ipc", "2", "--name", "chosen"],
    ] {
      try interrupt(on + stage, pool: "b.psr", in: project)
    }
    try interrupt(["run", "recipe.yaml"] + on, pool: "b.psr", in: project)
    #expect(try project.contents("a.psr") == project.contents("b.psr"))
  }

  @Test func refiningAndEvaluatingGoOn() throws {
    let project = try TinyProject()
    try project.trainModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    try interrupt(
      ["--pool", "a.psr", "refine", "chosen", "--name", "more", "--steps", "20"], pool: "a.psr",
      in: project)
    try interrupt(
      [
        "--pool", "a.psr", "evaluate", "chosen", "--student", "convnet3-8", "--seeds", "2",
        "--epochs", "40",
      ], pool: "a.psr", in: project)
    let left = try Files.names(in: project.psrdb.path(".")).filter { $0.hasSuffix("checkpoint") }
    #expect(left.isEmpty)
  }

  @Test(arguments: TinyProject.roles) func trainingGoesOn(_ role: String) throws {
    let project = try TinyProject()
    try project.importDataset(into: "a.psr")
    if role == "prior" { try project.succeed(project.train("autoencoder", pool: "a.psr")) }
    var arguments = project.train(role, pool: "a.psr")
    arguments[arguments.firstIndex(of: "1") ?? 0] = "4"
    try project.succeed(arguments)
    let undisturbed = try Files.read(project.psrdb.path("\(role).safetensors"))
    try FileManager.default.removeItem(atPath: project.psrdb.path("\(role).safetensors"))
    try interrupt(arguments, pool: "a.psr", in: project)
    #expect(try Files.read(project.psrdb.path("\(role).safetensors")) == undisturbed)
  }

  @Test func aKilledRunEndsInTheSameBits() throws {
    let project = try TinyProject()
    try project.trainModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    let run = ["run", "recipe.yaml", "--pool", "b.psr"]
    var killed = 0
    var wait: UInt32 = 50_000
    while killed < 100 {
      let child = try project.psrdb.start(run)
      usleep(wait)
      kill(child.process.processIdentifier, SIGKILL)
      let outcome = try child.finish()
      if outcome.code == 0 { break }
      #expect(outcome.code == -SIGKILL, "\(outcome.error)")
      killed += 1
      if FileManager.default.fileExists(atPath: project.psrdb.path("b.psr")) {
        try project.expectWhole("b.psr")
      }
      wait += wait / 2
    }
    #expect((2..<100).contains(killed))
    let (whole, often) = try (project.contents("a.psr"), project.contents("b.psr"))
    #expect(whole == often, "\(Set(whole).symmetricDifference(often))")
  }
}

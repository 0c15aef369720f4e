import Engine
import Foundation
import Testing

/// Candidates go out of one pool and into another, by the built program.
@Suite struct ImportCandidatesTests {
  private struct Report: Decodable {
    var imported: Int
    var candidates: Int
  }

  @Test func anExportIsTakenInAgain() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.trainModels()
    try project.succeed("run", "recipe.yaml", "--pool", "a.psr")
    func digests(_ generation: String, _ tensor: String) throws -> String {
      let out = try psrdb(
        "--pool", "a.psr", "query", "--csv",
        "SELECT t.class, t.sha256 FROM tensors AS t JOIN generations AS g USING (entry) "
          + "WHERE g.generation = '\(generation)' AND t.name = '\(tensor)' ORDER BY 1"
      ).out
      return out
    }
    for format in ["safetensors", "npz"] {
      try project.succeed("--pool", "a.psr", "export", "refined", format, "--format", format)
      let take = [
        "--pool", "a.psr", "--json", "import", "candidates", format, "--generation", format,
      ]
      for count in [6, 0] {
        let outcome = try psrdb(take)
        #expect(outcome.code == 0, "\(outcome.error)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.out.utf8))
        #expect((report.imported, report.candidates) == (count, 6))
      }
    }
    // One brought its latents, for the other they were encoded; the images are the same.
    #expect(try digests("safetensors", "image") == digests("npz", "image"))
    #expect(try digests("safetensors", "latent") != digests("npz", "latent"))

    try project.succeed("--pool", "a.psr", "score", "--views", "1")
    try project.succeed(
      "--pool", "a.psr", "select", "--ipc", "2", "--generation", "safetensors", "--name", "taken")
    try project.succeed("--pool", "a.psr", "refine", "taken", "--name", "again", "--steps", "2")
    let ids = try psrdb(
      "--pool", "a.psr", "query", "--csv",
      "SELECT id FROM members WHERE selection = 'taken'"
    ).out.split(separator: "\n").dropFirst().map(String.init)
    #expect(ids.count == 6)
    #expect(try psrdb("--pool", "a.psr", "lineage", ids[0]).out.contains("imported from"))
    try psrdb("--pool", "a.psr", "reproduce", ids[0]).expectFailure(2, "made elsewhere", "lineage")
    try project.succeed("--pool", "a.psr", "verify", "--deep")

    try project.succeed(
      "--pool", "a.psr", "select", "--ipc", "1", "--factor", "2", "--name", "cells")
    for format in ["safetensors", "npz"] {
      try project.succeed(
        "--pool", "a.psr", "export", "cells", "cells.\(format)", "--format", format)
      try psrdb(
        "--pool", "a.psr", "import", "candidates", "cells.\(format)", "--generation", "cells"
      ).expectFailure(2, "several members")
    }
  }

  /// A large class comes in runs, each an entry of its own, and once.
  @Test func aLargeClassIsTakenByRuns() throws {
    let project = try TinyProject()
    try project.importDataset(into: "a.psr")
    try project.writeUntrainedModels()
    try project.succeed("import", "model", "autoencoder", "autoencoder.safetensors")
    let count = 5000
    let file = SafeTensors([
      "labels": RawTensor(i64: [Int64](repeating: 1, count: count), shape: [count]),
      "latents": RawTensor(
        f32: [Float](repeating: 0.5, count: count * 64), shape: [count, 8, 8, 1]),
      "images": RawTensor(
        u8: [UInt8](repeating: 9, count: count * 784), shape: [count, 28, 28, 1]),
    ])
    try Files.write(file.write(), to: project.psrdb.path("many.safetensors"))
    for imported in [count, 0] {
      let outcome = try project.psrdb(
        "--json", "import", "candidates", "many.safetensors", "--generation", "many")
      #expect(outcome.code == 0, "\(outcome.error)")
      let report = try JSONDecoder().decode(Report.self, from: Data(outcome.out.utf8))
      #expect((report.imported, report.candidates) == (imported, count))
    }
    let runs = try project.psrdb(
      "query", "--csv", "SELECT first, candidates FROM generations ORDER BY 1")
    #expect(runs.out == "first,candidates\n0,4096\n4096,904\n")
    try project.expectWhole("a.psr")
  }

  @Test func whatIsNoCandidateFileIsRefused() throws {
    let project = try TinyProject()
    try project.trainModels()
    try project.succeed(
      "--pool", "models.psr", "import", "model", "autoencoder", "autoencoder.safetensors")
    let labels = RawTensor(i64: [0, 7], shape: [2])
    let images = RawTensor(u8: [UInt8](repeating: 9, count: 2 * 784), shape: [2, 28, 28, 1])
    for (tensors, reason) in [
      (["images": images], "'labels'"),
      (["labels": labels, "images": images], "no class"),
      (["labels": RawTensor(i64: [0, 1], shape: [2])], "neither"),
      (
        [
          "labels": RawTensor(i64: [0], shape: [1]),
          "images": RawTensor(u8: [1], shape: [1, 1, 1, 1]),
        ], "[1, 1, 1, 1]"
      ),
    ] {
      try Files.write(SafeTensors(tensors).write(), to: project.psrdb.path("x.safetensors"))
      try project.psrdb(
        "--pool", "models.psr", "import", "candidates", "x.safetensors", "--generation", "x"
      ).expectFailure(2, reason, "it needs")
    }
    try project.psrdb(
      "--pool", "models.psr", "import", "candidates", "none.npz", "--generation", "x"
    ).expectFailure(4, "none.npz")
  }
}

import Foundation
import Store
import Testing

/// Shards that were generated and scored apart, by the built program with real networks, merge
/// into the pool that one machine would have made.
@Suite struct ShardTests {
  @Test func mergedShardsAreTheUnshardedRun() throws {
    let project = try TinyProject()
    try project.trainModels()
    func make(_ pool: String, _ options: String...) throws {
      let on = ["--pool", pool]
      try project.importDataset(into: pool)
      for role in TinyProject.roles {
        try project.succeed(on + ["import", "model", role, "\(role).safetensors"])
      }
      try project.succeed(on + ["generate", "--per-class", "150", "--steps", "2"] + options)
      try project.succeed(on + ["score", "--views", "1"])
    }
    try make("whole.psr")
    let shards = (1...3).map { "shard\($0).psr" }
    for (number, shard) in shards.enumerated() { try make(shard, "--shard", "\(number + 1)/3") }
    try project.succeed("init", "merged.psr")
    try project.succeed(["--pool", "merged.psr", "merge"] + shards.reversed())

    let whole = try answers(project, "whole.psr")
    #expect(whole[0].count == 450 && whole[1].count == 450)
    #expect(try answers(project, "merged.psr") == whole)
    try project.expectWhole("merged.psr")
    // Nothing is left to generate, to score or to merge.
    let head = try fingerprint(project, "merged.psr")
    for again in [
      ["generate", "--per-class", "150", "--steps", "2"], ["score", "--views", "1"],
      ["merge"] + shards,
    ] { try project.succeed(["--pool", "merged.psr"] + again) }
    #expect(try fingerprint(project, "merged.psr") == head)
  }

  private func open(_ project: TinyProject, _ name: String) throws -> Pool {
    try Pool.open(
      at: project.psrdb.path(name), for: .reading,
      provenance: Provenance(version: "test", blas: "none", threads: 1))
  }

  private func fingerprint(_ project: TinyProject, _ name: String) throws -> String {
    let pool = try open(project, name)
    defer { pool.close() }
    return pool.head.digest
  }

  /// Candidates, their scores to the last bit, and every tensor's digest.
  private func answers(_ project: TinyProject, _ name: String) throws -> [[[Value]]] {
    let pool = try open(project, name)
    defer { pool.close() }
    return try [
      "SELECT id, seed, plan FROM candidates ORDER BY id",
      """
      SELECT id, correct, confidence, reliability, entropy, margin, agreement, judge_correct,
        judge_confidence, nondeterministic FROM version_scores ORDER BY id
      """,
      "SELECT name, class, dtype, shape, sha256 FROM tensors ORDER BY name, class, sha256",
      "SELECT id, confidence FROM image_scores ORDER BY id",
    ].map { try pool.query($0).rows }
  }
}

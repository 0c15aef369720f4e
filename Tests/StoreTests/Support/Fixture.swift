import Foundation

@testable import Store

/// A temporary directory, and drafts of every kind with small deterministic contents.
final class Fixture {
  let directory: String
  static let provenance = Provenance(version: "0.0-test", blas: "none", threads: 1)

  init() throws {
    // As the kernel spells it, which is how the shims know it; strangers have to get through.
    directory =
      URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath()
      .appending(path: "psrdb-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var path: String { directory + "/a.psr" }

  func create(_ name: String = "a.psr") throws -> Pool {
    try Pool.create(at: directory + "/" + name, provenance: Self.provenance)
  }

  func open(_ access: Access, _ name: String = "a.psr") throws -> Pool {
    try Pool.open(at: directory + "/" + name, for: access, provenance: Self.provenance)
  }

  /// The pool again, with an index made anew.
  static func reindexed(_ pool: Pool) throws -> Pool {
    pool.close()
    return try Pool.reindex(at: pool.path, provenance: provenance)
  }

  /// Appends one of everything: data set, model, candidates of two classes with scores, a ranking
  /// and two selections, a refinement and what it makes of a selection, an evaluation.
  @discardableResult
  static func fill(_ pool: Pool) throws -> Pool {
    try pool.append(dataset(.train))
    try pool.append(dataset(.test))
    try pool.append(model())
    var generated: [Int64] = []
    for `class` in 0..<2 {
      let entry = try pool.append(generate(class: `class`, count: 6))
      generated.append(entry.sequence)
      try pool.append(score(target: entry.sequence, class: `class`, count: 6))
    }
    let ranking = try pool.append(rank(generated, length: 4))
    try pool.append(
      Draft(.select(SelectContent(selection: "s2", ranking: ranking.sequence, counts: [2, 2]))))
    try pool.append(refine(parents: [(generated[0], 5), (generated[0], 4)], class: 0))
    try pool.append(
      Draft(.select(SelectContent(selection: "s2r", counts: [2, 2], base: "s2", refinement: "r"))))
    try pool.append(evaluate("s2r"))
    return pool
  }

  /// Makes a pool whose data file has free pages, closes it and returns that file's bytes.
  func dataWithFreePages() throws -> [UInt8] {
    let pool = try Fixture.fill(create())
    try pool.append(Fixture.generate(class: 2, count: 700))
    try pool.append(Fixture.generate(class: 3, count: 200))
    try pool.drop(
      try pool.query("SELECT id FROM versions WHERE class = 2").rows.compactMap { $0[0].string },
      reason: "to have free pages")
    _ = try pool.collect()
    pool.close()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/data.mdb")))
  }

  static func dataset(_ split: Split, counts: [Int] = [3, 2]) -> Draft {
    let tensors = counts.enumerated().flatMap { number, count in
      [
        TensorDraft(
          "images", class: number, shape: [count, 2, 2, 1],
          u8: (0..<count * 4).map { UInt8($0 + number) }),
        TensorDraft(
          "positions", class: number, shape: [count], i32: (0..<count).map { Int32($0 * 2) }),
      ]
    }
    return Draft(
      .dataset(
        DatasetContent(
          dataset: "tiny", split: split, image: [2, 2, 1],
          classes: counts.indices.map { "class \($0)" }, counts: counts, mean: [0.5], sd: [0.25],
          source: SHA256.hex(of: "tiny"))),
      tensors: tensors)
  }

  static func model() -> Draft {
    let weights: [UInt8] = (0..<100).map { UInt8($0) }
    return Draft(
      .model(
        ModelContent(
          role: .teacher, architecture: "linear", digest: SHA256.hex(of: weights), bytes: 100,
          origin: "test")),
      tensors: [TensorDraft("weights", shape: [100], u8: weights)])
  }

  static func generate(
    class: Int, first: Int = 0, count: Int, plan: String = "0123abcd", salt: Int = 0,
    latent: Int = 4
  ) -> Draft {
    // A candidate is the same in whatever batch it comes.
    func value(_ row: Int, _ column: Int) -> Int {
      (first + row) * 7 + column + `class` + salt
    }
    let values = (0..<count * latent).map { Float(value($0 / latent, $0 % latent) % 100) / 8 }
    let pixels = (0..<count * 4).map { UInt8(truncatingIfNeeded: value($0 / 4, $0 % 4)) }
    return Draft(
      .generate(
        GenerateContent(
          generation: "base", plan: plan, class: `class`, first: first, seed: 7,
          prior: "p", autoencoder: "a", sampler: "ddim", steps: 4, guidance: 1.5)),
      arguments: ["per-class": "\(count)"],
      tensors: [
        TensorDraft("latent", class: `class`, shape: [count, latent], f16: values),
        TensorDraft("image", class: `class`, shape: [count, 2, 2, 1], u8: pixels),
      ])
  }

  static func score(target: Int64, class: Int, count: Int, scoring: String = "base") -> Draft {
    Draft(
      .score(
        ScoreContent(
          scoring: scoring, target: target, class: `class`, teacher: "t", judge: "j", views: 2,
          seed: 1, columns: ["correct", "confidence", "entropy"])),
      tensors: [
        TensorDraft(
          "logits", class: `class`, shape: [count, 2, 2],
          f16: (0..<count * 4).map { Float($0) }),
        TensorDraft(
          "features", class: `class`, shape: [count, 3], f16: (0..<count * 3).map { Float($0) }),
        TensorDraft(
          "scores", class: `class`, shape: [count, 3],
          f32: (0..<count).flatMap { [$0 % 3 == 0 ? 0 : 1, Float($0) / 8, .nan] }),
      ])
  }

  /// Ranks the last rows of each entry first; entry n holds class n.
  static func rank(_ entries: [Int64], length: Int, key: String = "k") -> Draft {
    let tensors = entries.enumerated().flatMap { number, entry in
      [
        TensorDraft(
          "picks", class: number, shape: [length, 2],
          i64: (0..<length).flatMap { [entry, Int64(5 - $0)] }),
        TensorDraft(
          "gains", class: number, shape: [length, 2],
          f32: (0..<length).flatMap { [Float(length - $0), 0.5] }),
        TensorDraft(
          "bounds", class: number, shape: [length], f32: (0..<length).map { Float($0) / 2 }),
        TensorDraft(
          "flags", class: number, shape: [length], u8: (0..<length).map { UInt8($0 == 3 ? 1 : 0) }),
      ]
    }
    return Draft(
      .rank(
        RankContent(
          key: key, strategy: "psr", parameters: ["alpha": 0.5], source: .pool, scoring: "base",
          slice: "", terms: ["reliability", "coverage"], length: length)),
      tensors: tensors)
  }

  /// The first row is accepted, the others are not.
  static func refine(parents: [(Int64, Int)], class: Int) -> Draft {
    let count = parents.count
    return Draft(
      .refine(
        RefineContent(
          refinement: "r", selection: "s2", class: `class`, seed: 3, teacher: "t", judge: "j",
          prior: "p", autoencoder: "a", settings: ["steps": 2],
          verdicts: (0..<count).map { $0 == 0 ? "accepted" : "judge" },
          columns: ["judge_loss_before", "judge_loss_after"])),
      tensors: [
        TensorDraft(
          "parents", class: `class`, shape: [count, 2],
          i64: parents.flatMap { [$0.0, Int64($0.1)] }),
        TensorDraft(
          "latent", class: `class`, shape: [count, 4], f16: (0..<count * 4).map { Float($0) }),
        TensorDraft(
          "image", class: `class`, shape: [count, 2, 2, 1],
          u8: (0..<count * 4).map { UInt8($0) }),
        TensorDraft(
          "outcomes", class: `class`, shape: [count, 2],
          f32: (0..<count * 2).map { Float($0) }),
      ])
  }

  static func evaluate(_ selection: String) -> Draft {
    Draft(
      .evaluate(
        EvaluateContent(
          selection: selection, protocolName: "hard", student: "convnet3", settings: ["lr": "0.01"],
          seed: 1, epochs: 2, accuracy: 0.75, classAccuracy: [0.5, 1], test: "x", train: "y",
          seconds: 1.5)))
  }
}

import Foundation
import Store
import Testing

/// A small pool written by hand: two classes of 24 candidates in two batches each, scored, and 30
/// real images a class. Features are points on circles, so that coverage means something.
final class PoolFixture {
  let pool: Pool
  let directory: URL

  static let provenance = Provenance(version: "test", blas: "test", threads: 1)
  static let candidates = 24
  static let dimensions = 6
  /// Digests of teacher, judge, autoencoder and prior, whose weights are their roles' names.
  private static let models = ["teacher", "judge", "autoencoder", "prior"].map {
    SHA256.hex(of: Array($0.utf8))
  }

  init(scored: Bool = true, classes: [String] = ["cat", "dog"]) throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("psrdb-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    pool = try Pool.create(
      at: directory.appendingPathComponent("test.psr").path, provenance: Self.provenance)
    try addDataset("squares", classes: classes)
    let models = try ["teacher", "judge", "autoencoder", "prior"].map(importModel)
    for label in 0..<2 {
      // The second half first: order must not depend on it.
      for first in [12, 0] {
        let entry = try generate(label, first, models)
        if scored { try score(entry.sequence, label, count: 12, salt: first, models) }
      }
      if scored { try score(2, label, count: 30, salt: 50, models) }
    }
  }

  deinit {
    pool.close()
    try? FileManager.default.removeItem(at: directory)
  }

  /// 30 images of each of two classes in both splits.
  func addDataset(_ name: String, classes: [String]) throws {
    for split in [Split.train, .test] {
      let tensors = (0..<2).flatMap { label in
        [
          TensorDraft(
            "images", class: label, shape: [30, 2, 2, 1],
            u8: (0..<120).map { UInt8(($0 * 7 + label) % 256) }),
          TensorDraft("positions", class: label, shape: [30], i32: (0..<30).map { Int32($0) }),
        ]
      }
      try pool.append(
        Draft(
          .dataset(
            DatasetContent(
              dataset: name, split: split, image: [2, 2, 1], classes: classes,
              counts: [30, 30], mean: [0.5], sd: [0.25],
              source: SHA256.hex(of: name + split.rawValue))),
          tensors: tensors))
    }
  }

  /// More candidates of class 0, without scores.
  func addBatch(_ numbers: Range<Int>, salt: Int = 0) throws {
    try generate(0, numbers.lowerBound, count: numbers.count, salt: salt, Self.models)
  }

  /// Candidates 24 to 35 of class 0, scored by another teacher under the same name, as a merge may
  /// bring them.
  func addCandidatesOfAnotherTeacher() throws {
    try addCandidates(scoredBy: [SHA256.hex(of: "other")] + Self.models.dropFirst())
  }

  /// The same by the same teacher, which sees as many views of each, mirrored or not.
  func addCandidates(
    views: Int = 1, flips: Bool = true, scoredBy models: [String] = models
  ) throws {
    let entry = try generate(0, 24, Self.models)
    try score(entry.sequence, 0, count: 12, views: views, flips: flips, salt: 24, models)
  }

  private func importModel(_ role: String) throws -> String {
    let weights = Array(role.utf8)
    let digest = SHA256.hex(of: weights)
    let content = ModelContent(
      role: Role(rawValue: role) ?? .teacher, architecture: "tiny", digest: digest,
      bytes: weights.count, origin: "\(role).safetensors")
    try pool.append(
      Draft(
        .model(content), tensors: [TensorDraft("weights", shape: [weights.count], u8: weights)]))
    return digest
  }

  @discardableResult
  private func generate(
    _ label: Int, _ first: Int, count: Int = 12, salt: Int = 0, _ models: [String]
  ) throws -> Entry {
    try pool.append(
      Draft(
        .generate(
          GenerateContent(
            generation: "base", plan: "0123abcd", class: label, first: first, seed: 7,
            prior: models[3], autoencoder: models[2], sampler: "ddim", steps: 4, guidance: 2)),
        tensors: [
          TensorDraft(
            "latent", class: label, shape: [count, 1, 1, 2],
            f16: (0..<count * 2).map { Float($0 + first) / 8 }),
          TensorDraft(
            "image", class: label, shape: [count, 2, 2, 1],
            u8: (0..<count * 4).map { UInt8($0 + first + label + salt) }),
        ]))
  }

  /// Refines the first two candidates of class 0, of which one is accepted, and scores the new
  /// versions.
  func refine() throws {
    let generated = try pool.query(
      "SELECT entry FROM versions WHERE id = '0-00000-0123abcd@0'")
    let entry = try #require(generated.rows.first?.first?.int)
    let refined = try pool.append(
      Draft(
        .refine(
          RefineContent(
            refinement: "fine", selection: "s", class: 0, seed: 0, teacher: Self.models[0],
            judge: Self.models[1], prior: Self.models[3], autoencoder: Self.models[2],
            settings: [:],
            verdicts: ["accepted", "judge"], columns: ["distance"])),
        tensors: [
          TensorDraft(
            "parents", class: 0, shape: [2, 2], i64: [Int64(entry), 0, Int64(entry), 1]),
          TensorDraft("latent", class: 0, shape: [2, 1, 1, 2], f16: [0, 1, 2, 3]),
          TensorDraft(
            "image", class: 0, shape: [2, 2, 2, 1], u8: (0..<8).map { UInt8($0) }),
          TensorDraft("outcomes", class: 0, shape: [2, 1], f32: [0.5, 0.5]),
        ]))
    try score(refined.sequence, 0, count: 2, salt: 90, Self.models)
  }

  /// Scores the candidates under another name, of which others pass the gate then.
  func scoreAgain(_ scoring: String) throws {
    for entry in try pool.entries(.generate) {
      guard case .generate(let content) = entry.content else { continue }
      try score(
        entry.sequence, content.class, count: 12, salt: content.first + 1, Self.models,
        scoring: scoring)
    }
  }

  private func score(
    _ target: Int64, _ label: Int, count: Int, views: Int = 1, flips: Bool = true, salt: Int,
    _ models: [String], scoring: String = "base"
  ) throws {
    var features: [Float] = []
    var scores: [Float] = []
    for row in 0..<count {
      let angle = Float((row + salt) * 37 % 101) / 101 * 2 * .pi
      var raw: [Float] = []
      for turn in 1...Self.dimensions / 2 {
        raw.append(cos(angle * Float(turn)))
        raw.append(sin(angle * Float(turn)))
      }
      let length = raw.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      features += raw.map { $0 / length }
      // Each column in an order of its own, and every sixth fails the gate.
      let number = row + salt
      scores += [
        number % 6 == 1 ? 0 : 1, Float(number * 29 % 97) / 97,
        log(Float(number * 31 % 89 + 1) / 90), Float(number * 53 % 83) / 83,
      ]
    }
    let content = ScoreContent(
      scoring: scoring, target: target, class: label, teacher: models[0], judge: models[1],
      views: views, seed: 0, flips: flips ? nil : false,
      columns: ["correct", "confidence", "reliability", "entropy"])
    try pool.append(
      Draft(
        .score(content),
        tensors: [
          TensorDraft(
            "logits", class: label, shape: [count, views, 2],
            f16: (0..<count * views * 2).map { Float($0 % 5) }),
          TensorDraft("features", class: label, shape: [count, Self.dimensions], f16: features),
          TensorDraft("scores", class: label, shape: [count, 4], f32: scores),
        ]))
  }
}

import Foundation
import Store

/// bench-select-pool POOL FEATURES CLASSES CANDIDATES DIMENSIONS
///
/// Makes a pool of scored candidates whose features are the halves in FEATURES, a raw file of
/// CLASSES·CANDIDATES·DIMENSIONS; its images are single pixels. What selection is measured on.
@main
struct SelectPool {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let sizes = arguments.suffix(3).compactMap { Int($0) }
    guard arguments.count == 5, sizes.count == 3, sizes.allSatisfy({ $0 > 0 }),
      let file = FileHandle(forReadingAtPath: Array(arguments)[1])
    else {
      print("usage: bench-select-pool POOL FEATURES CLASSES CANDIDATES DIMENSIONS")
      exit(2)
    }
    let (classes, candidates, dimensions) = (sizes[0], sizes[1], sizes[2])
    let pool = try Pool.create(
      at: Array(arguments)[0],
      provenance: Provenance(version: "bench", blas: "none", threads: 1))
    defer { pool.close() }
    var models: [Role: String] = [:]
    for role in [Role.teacher, .autoencoder, .prior] {
      let weights = Array(role.rawValue.utf8)
      models[role] = SHA256.hex(of: weights)
      let content = ModelContent(
        role: role, architecture: "none", digest: SHA256.hex(of: weights), bytes: weights.count,
        origin: "bench")
      try pool.append(
        Draft(
          .model(content), tensors: [TensorDraft("weights", shape: [weights.count], u8: weights)]))
    }
    for label in 0..<classes {
      guard let bytes = try file.read(upToCount: candidates * dimensions * 2),
        bytes.count == candidates * dimensions * 2
      else {
        print("\(arguments) holds too few features")
        exit(1)
      }
      let features = bytes.withUnsafeBytes { bytes in
        bytes.bindMemory(to: UInt16.self).map { Float(Float16(bitPattern: $0)) }
      }
      try add(label, candidates, features, models, to: pool)
    }
  }

  private static func add(
    _ label: Int, _ count: Int, _ features: [Float], _ models: [Role: String], to pool: Pool
  ) throws {
    let generated = try pool.append(
      Draft(
        .generate(
          GenerateContent(
            generation: "bench", plan: "00000000", class: label, first: 0, seed: 0,
            prior: models[.prior] ?? "", autoencoder: models[.autoencoder] ?? "",
            sampler: "ddim", steps: 1, guidance: 1)),
        tensors: [
          TensorDraft(
            "latent", class: label, shape: [count, 1, 1, 1],
            f16: [Float](repeating: 0, count: count)),
          TensorDraft(
            "image", class: label, shape: [count, 1, 1, 1],
            u8: [UInt8](repeating: 0, count: count)),
        ]))
    // Numbers that repeat after a prime each: all different in a class, the same in every run.
    let scores = (0..<count).flatMap { row -> [Float] in
      let place = row + label * 131
      let confidence = Float(place * 7919 % 10007) / 10007
      let entropy = Float(place * 104_729 % 10009) / 10009
      return [confidence > 0.05 ? 1 : 0, confidence, confidence - 1, entropy, confidence - 0.5]
    }
    try pool.append(
      Draft(
        .score(
          ScoreContent(
            scoring: "base", target: generated.sequence, class: label,
            teacher: models[.teacher] ?? "", judge: nil, views: 1, seed: 0,
            columns: ["correct", "confidence", "reliability", "entropy", "margin"])),
        tensors: [
          TensorDraft(
            "logits", class: label, shape: [count, 1, 1],
            f16: [Float](repeating: 0, count: count)),
          TensorDraft(
            "features", class: label, shape: [count, features.count / count], f16: features),
          TensorDraft("scores", class: label, shape: [count, 5], f32: scores),
        ]))
  }
}

import Store

/// A pool open for writing, with the models that its candidates name.
struct SyntheticPool {
  static let provenance = Provenance(version: "bench", blas: "none", threads: 1)

  let pool: Pool
  private var models: [Role: String] = [:]

  init(at path: String) throws {
    pool = try Pool.create(at: path, provenance: Self.provenance)
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
  }

  /// Appends candidates of a class: what `generate` and `score` would.
  func append(_ batch: SyntheticClass) throws {
    let generated = try pool.append(
      Draft(
        .generate(
          GenerateContent(
            generation: "bench", plan: "00000000", class: batch.label, first: batch.first, seed: 0,
            prior: models[.prior] ?? "", autoencoder: models[.autoencoder] ?? "",
            sampler: "ddim", steps: 1, guidance: 1)), tensors: batch.generated))
    try pool.append(
      Draft(
        .score(
          ScoreContent(
            scoring: "base", target: generated.sequence, class: batch.label,
            teacher: models[.teacher] ?? "", judge: nil, views: 1, seed: 0,
            columns: SyntheticClass.columns)), tensors: batch.scored))
  }
}

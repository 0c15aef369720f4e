import Engine
import Store

/// Makes runs of candidates of one class.
struct CandidateMaker {
  let prior: DiffusionTransformer
  let autoencoder: Autoencoder
  let sampler: Sampler
  let steps: Int
  let guidance: Double
  let seed: UInt64

  /// What makes the candidates that `content` speaks of.
  /// - Throws: `PoolError` where these networks, or this psrdb, cannot make them.
  init(
    _ prior: DiffusionTransformer, _ autoencoder: Autoencoder, _ content: GenerateContent
  ) throws {
    guard prior.configuration.latent == autoencoder.configuration.latent else {
      throw PoolError(
        .failure, "The prior's latents are not the autoencoder's.",
        remedy: "Import a prior that was trained on this autoencoder's latents.")
    }
    guard let sampler = Sampler(rawValue: content.sampler) else {
      throw PoolError(.failure, "This psrdb has no sampler '\(content.sampler)'.")
    }
    guard (1...NoiseSchedule.steps).contains(content.steps),
      (0..<prior.configuration.classes).contains(content.class)
    else {
      throw PoolError(
        .failure,
        "The prior has no class \(content.class), or no sampler takes \(content.steps) steps.")
    }
    self.prior = prior
    self.autoencoder = autoencoder
    self.sampler = sampler
    steps = content.steps
    guidance = content.guidance
    seed = content.seed
  }

  /// - Returns: as the pool keeps them, latents [n, h, w, c], rounded to half precision, and the
  ///   images decoded from them.
  func tensors(class label: Int, _ range: Range<Int>, progress: () throws -> Void) throws
    -> [TensorDraft]
  {
    let latent = prior.configuration.latent
    let latents = Tensor(uninitialized: [range.count] + latent)
    let image = autoencoder.configuration.image
    var bytes: [UInt8] = []
    let schedule = NoiseSchedule(.cosine)
    let guide = Guidance(scale: Float(guidance))
    try Blocks.forEach(first: range.lowerBound, count: range.count) { rows, places in
      let noise = Tensor(zeros: [Blocks.size] + latent)
      for (row, place) in zip(rows, places) {
        var random = Philox(
          seed: seed, .latent, class: label, index: range.lowerBound + row)
        noise.setRows(at: place, random.normal([1] + latent))
      }
      let labels = [Int](repeating: label, count: Blocks.size)
      let sampled = try sampler.sample(
        noise, steps: steps, schedule: schedule, prediction: .v
      ) { x, t in
        try progress()
        return guide.output(of: prior, x, timestep: t, labels: labels)
      }
      let stored = Half.rounded(sampled)
      guard stored.rows(places).isFinite else {
        throw PoolError(
          .failure, "The prior's latents of class \(label) are no numbers in half precision.",
          remedy: "Ask for a smaller --guidance, or train another prior: psrdb train prior --help")
      }
      let images = autoencoder.decode(stored)
      try requireFinite(images.rows(places), of: .autoencoder)
      latents.setRows(at: rows.lowerBound, stored.rows(places))
      bytes += ImageScaling.bytes(symmetric: images.rows(places))
    }
    return [
      TensorDraft("latent", class: label, shape: latents.shape, f16: latents.values),
      TensorDraft("image", class: label, shape: [range.count] + image, u8: bytes),
    ]
  }
}

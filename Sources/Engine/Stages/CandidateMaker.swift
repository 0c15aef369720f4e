import Engine

/// Images as the pool stores them.
struct StoredImages {
  let shape: [Int]
  let bytes: [UInt8]
}

/// Makes runs of candidates of one class.
struct CandidateMaker {
  let prior: DiffusionTransformer
  let autoencoder: Autoencoder
  let sampler: Sampler
  let steps: Int
  let guidance: Double
  let seed: UInt64

  /// - Returns: latents [n, h, w, c], rounded to half precision, and the images decoded from them.
  func make(class label: Int, _ range: Range<Int>, progress: () throws -> Void) throws
    -> (latents: Tensor, images: StoredImages)
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
      let images = autoencoder.decode(stored)
      latents.setRows(at: rows.lowerBound, stored.rows(places))
      bytes += ImageScaling.bytes(symmetric: images.rows(places))
    }
    return (latents, StoredImages(shape: [range.count] + image, bytes: bytes))
  }
}

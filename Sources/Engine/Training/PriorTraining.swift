/// Trains the prior on the latents of real images: AdamW, cosine schedule, and an exponential
/// moving average of the weights, which is what is kept. Sizes and rates are psrdb's own choice.
public struct PriorTraining: Equatable, Sendable {
  public var width: Int
  public var depth: Int
  public var heads: Int
  public var patch: Int
  public var epochs: Int
  public var batch: Int
  public var rate: Float
  public var decay: Float
  /// Decay of the average.
  public var average: Float
  public var dropout: Float
  public var flips: Bool
  public var seed: UInt64

  public init(
    width: Int = 192, depth: Int = 6, heads: Int = 6, patch: Int = 2, epochs: Int,
    batch: Int = 128, rate: Float = 1e-3, decay: Float = 0.01, average: Float = 0.9995,
    dropout: Float = 0.1, flips: Bool = true, seed: UInt64 = 0
  ) {
    self.width = width
    self.depth = depth
    self.heads = heads
    self.patch = patch
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.decay = decay
    self.average = average
    self.dropout = dropout
    self.flips = flips
    self.seed = seed
  }

  /// - Parameters:
  ///   - checkpoint: where to keep the state of a stopped training.
  ///   - data: names the images and the autoencoder, by their digests: a checkpoint of others is
  ///     refused.
  /// - Throws: `FormatError` for sizes that fit no network or a foreign checkpoint; what
  ///   `progress` throws.
  public func run(
    _ images: TrainingImages, _ autoencoder: Autoencoder, checkpoint: String?,
    data: String = "", progress: TrainingProgress
  ) throws -> DiffusionTransformer {
    let configuration = DiffusionTransformer.Configuration(
      width: width, depth: depth, heads: heads, patch: patch,
      latent: autoencoder.configuration.latent, classes: images.classes)
    guard configuration.isValid else {
      throw FormatError(
        .unsupported, "no diffusion transformer has these sizes: \(configuration)",
        remedy: "The width must be a multiple of 4 and of the heads; the patch must divide the "
          + "latent's side.")
    }
    let latents = encode(images, autoencoder, mirrored: false)
    let mirrored = flips ? encode(images, autoencoder, mirrored: true) : nil
    var initializer = Initializer(seed: seed)
    let network = DiffusionTransformer(configuration, initializer: &initializer)
    let optimizer = AdamW(network.parameters, beta2: 0.99, decay: decay)
    let ema = EMA(network.parameters, decay: average)
    let objective = DiffusionLoss(
      schedule: NoiseSchedule(.cosine), seed: seed, dropout: dropout)
    let loop = TrainingLoop(
      seed: seed, epochs: epochs, batch: batch, schedule: CosineSchedule(peak: rate, warmup: 200),
      checkpoint: checkpoint.map { TrainingCheckpoint(path: $0, identity: "\(self) \(data)") },
      clip: 1)
    try loop.run(
      count: images.count, network.parameters, optimizer, ema: ema, progress: progress
    ) { places, step in
      let batch = latents.gather(places)
      if let mirrored {
        for (row, place) in places.enumerated() {
          var random = Philox(seed: seed, .augmentation, index: place, step: step)
          if random.integer(below: 2) == 1 {
            batch.setRows(at: row, mirrored.rows(place..<place + 1))
          }
        }
      }
      return objective.train(
        network, latents: batch, labels: places.map { images.labels[$0] }, step: step)
    }
    ema.swap()
    return network
  }

  private func encode(_ images: TrainingImages, _ autoencoder: Autoencoder, mirrored: Bool)
    -> Tensor
  {
    let result = Tensor(uninitialized: [images.count] + autoencoder.configuration.latent)
    for first in stride(from: 0, to: images.count, by: 128) {
      let places = Array(first..<min(first + 128, images.count))
      let batch = images.batch(places, .symmetric) { _ in
        var move = TrainingImages.Move()
        move.mirrored = mirrored
        return move
      }
      result.setRows(at: first, autoencoder.encode(batch))
    }
    return result
  }
}

/// Trains the autoencoder on real images: mean squared and absolute error, and a small KL
/// divergence of the posterior from the standard normal; then sets the latents' shift and scale.
/// Weights, sizes and rates are psrdb's own choice.
public struct AutoencoderTraining: Equatable, Sendable {
  public var latentChannels: Int
  public var blockChannels: [Int]
  public var layersPerBlock: Int
  public var groups: Int
  /// The side images are padded to.
  public var side: Int
  public var epochs: Int
  public var batch: Int
  public var rate: Float
  /// Weights of the absolute error and of the divergence (a mean over latent elements).
  public var absolute: Float
  public var divergence: Float
  public var flips: Bool
  public var seed: UInt64

  public init(
    latentChannels: Int = 4, blockChannels: [Int] = [32, 32, 64], layersPerBlock: Int = 1,
    groups: Int = 8, side: Int, epochs: Int, batch: Int = 64, rate: Float = 2e-3,
    absolute: Float = 0.3, divergence: Float = 1e-4, flips: Bool = true, seed: UInt64 = 0
  ) {
    self.latentChannels = latentChannels
    self.blockChannels = blockChannels
    self.layersPerBlock = layersPerBlock
    self.groups = groups
    self.side = side
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.absolute = absolute
    self.divergence = divergence
    self.flips = flips
    self.seed = seed
  }

  /// - Parameters:
  ///   - checkpoint: where to keep the state of a stopped training.
  ///   - data: names the images, by their digest: a checkpoint of others is refused.
  /// - Throws: `FormatError` for sizes that fit no network or a foreign checkpoint; what
  ///   `progress` throws.
  public func run(
    _ images: TrainingImages, checkpoint: String?, data: String = "", progress: TrainingProgress
  ) throws -> Autoencoder {
    let configuration = Autoencoder.Configuration(
      image: images.image, side: side, latentChannels: latentChannels,
      blockChannels: blockChannels, layersPerBlock: layersPerBlock, groups: groups)
    guard configuration.isValid else {
      throw FormatError(
        .unsupported, "no autoencoder has these sizes: \(configuration)",
        remedy: "The side must be a multiple of 2 to the number of levels less one, every level's "
          + "channels one of the number of groups.")
    }
    let network = Autoencoder(configuration, seed: seed)
    let optimizer = AdamW(network.parameters, decay: 0)
    let loop = TrainingLoop(
      seed: seed, epochs: epochs, batch: batch, schedule: CosineSchedule(peak: rate, warmup: 100),
      checkpoint: checkpoint.map { TrainingCheckpoint(path: $0, identity: "\(self) \(data)") },
      clip: 1)
    try loop.run(
      count: images.count, network.parameters, optimizer, progress: progress
    ) { places, step in
      let batch = images.batch(places, .symmetric) { place in
        var random = Philox(seed: seed, .augmentation, index: place, step: step)
        return .random(flips: flips, shift: 0, &random)
      }
      return accumulate(network, batch, step: step)
    }
    normalise(network, images)
    return network
  }

  /// One batch's gradients; returns the loss.
  func accumulate(_ network: Autoencoder, _ images: Tensor, step: Int) -> Double {
    let moments = network.encodeMoments(images, .training)
    let posterior = Posterior(moments, seed: seed, step: step)
    let output = network.decodeRaw(posterior.sample, .training)
    let (loss, gradient) = reconstructionLoss(output, images)
    let (kl, byMoments) = posterior.gradient(
      sample: network.backwardDecoder(gradient), divergence: divergence)
    network.backwardEncoder(byMoments)
    return loss + kl
  }

  private func reconstructionLoss(_ output: Tensor, _ images: Tensor) -> (Double, Tensor) {
    let gradient = Tensor(uninitialized: output.shape)
    let scale = 1 / Float(output.count)
    var loss = 0.0
    for i in 0..<output.count {
      let d = output.pointer[i] - images.pointer[i]
      loss += Double(d * d + absolute * abs(d))
      gradient.pointer[i] = scale * (2 * d + (d > 0 ? absolute : d < 0 ? -absolute : 0))
    }
    return (loss * Double(scale), gradient)
  }

  /// Sets shift and scale so that the posterior means of images (evenly spaced, fewer than 20,000)
  /// have mean 0 and variance 1.
  private func normalise(_ network: Autoencoder, _ images: TrainingImages) {
    let stride = max(1, images.count / 10_000)
    let places = Array(Swift.stride(from: 0, to: images.count, by: stride))
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for first in Swift.stride(from: 0, to: places.count, by: 128) {
      let batch = images.batch(
        Array(places[first..<min(first + 128, places.count)]), .symmetric)
      for value in network.encode(batch).values {
        sum += Double(value)
        squares += Double(value) * Double(value)
        count += 1
      }
    }
    let mean = sum / count
    network.configuration.shift = Float(mean)
    network.configuration.scale = Float(
      1 / max(squares / count - mean * mean, 1e-12).squareRoot())
  }
}

/// A diagonal normal over latents, from an encoder's moments.
struct Posterior {
  private let moments: Tensor
  private let noise: Tensor
  let sample: Tensor

  private var channels: Int { moments.shape[3] / 2 }

  /// Log-variances are kept within −30...20, as in latent diffusion.
  private static func logVariance(_ value: Float) -> Float { min(max(value, -30), 20) }

  private static func deviation(_ value: Float) -> Float {
    Float(exponential(Double(logVariance(value)) / 2))
  }

  init(_ moments: Tensor, seed: UInt64, step: Int) {
    self.moments = moments
    let c = moments.shape[3] / 2
    let shape = Array(moments.shape.dropLast()) + [c]
    let noise = Tensor(uninitialized: shape)
    let sample = Tensor(uninitialized: shape)
    parallel(moments.rows) { row in
      var random = Philox(seed: seed, .posterior, index: row, step: step)
      for pixel in row * noise.rowSize / c..<(row + 1) * noise.rowSize / c {
        for i in 0..<c {
          let value = random.normal()
          noise.pointer[pixel * c + i] = value
          let from = moments.pointer + pixel * 2 * c + i
          sample.pointer[pixel * c + i] = from[0] + Posterior.deviation(from[c]) * value
        }
      }
    }
    self.noise = noise
    self.sample = sample
  }

  /// The divergence's weighted loss, and the gradient by the moments of it and of what has the
  /// gradient `sample` by the sample.
  func gradient(sample: Tensor, divergence: Float) -> (loss: Double, moments: Tensor) {
    let c = channels
    let result = Tensor(uninitialized: moments.shape)
    let weight = divergence / Float(sample.count)
    var loss = 0.0
    for pixel in 0..<sample.count / c {
      for i in 0..<c {
        let at = pixel * 2 * c + i
        let mean = moments.pointer[at]
        let raw = moments.pointer[at + c]
        let logVariance = Posterior.logVariance(raw)
        let deviation = Posterior.deviation(raw)
        let variance = deviation * deviation
        let g = sample.pointer[pixel * c + i]
        loss += 0.5 * Double(mean * mean + variance - 1 - logVariance)
        result.pointer[at] = g + weight * mean
        let byLogVariance =
          g * noise.pointer[pixel * c + i] * deviation / 2 + weight * (variance - 1) / 2
        result.pointer[at + c] = raw == logVariance ? byLogVariance : 0
      }
    }
    return (loss * Double(weight), result)
  }
}

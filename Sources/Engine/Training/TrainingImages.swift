/// The images a network is trained on, as bytes, and how they become tensors.
public struct TrainingImages: Sendable {
  /// Height, width, channels.
  public let image: [Int]
  public let classes: Int
  /// N·H·W·C bytes, NHWC.
  public let bytes: [UInt8]
  public let labels: [Int]
  /// Of each channel over the training split, in 0...1.
  public let mean: [Float]
  public let sd: [Float]

  public init(
    image: [Int], classes: Int, bytes: [UInt8], labels: [Int], mean: [Float], sd: [Float]
  ) {
    precondition(bytes.count == labels.count * image.reduce(1, *))
    precondition(mean.count == image[2] && sd.count == image[2])
    self.image = image
    self.classes = classes
    self.bytes = bytes
    self.labels = labels
    self.mean = mean
    self.sd = sd
  }

  public var count: Int { labels.count }

  /// How bytes become floats.
  public enum Scaling: Sendable {
    /// (x/255 − mean)/sd per channel: what classifiers see.
    case standard
    /// x/127.5 − 1: what the autoencoder sees.
    case symmetric
  }

  /// A change of an image's geometry: mirrored left to right, then moved by whole pixels, zeros
  /// (the darkest value) coming in.
  public struct Move: Sendable {
    public var mirrored = false
    public var down = 0
    public var right = 0

    public init() {}

    /// Mirrored half the time if `flips`, and moved by up to `shift` pixels in each direction.
    public static func random(flips: Bool, shift: Int, _ random: inout Philox) -> Move {
      var move = Move()
      move.mirrored = flips && random.integer(below: 2) == 1
      move.down = random.integer(below: 2 * shift + 1) - shift
      move.right = random.integer(below: 2 * shift + 1) - shift
      return move
    }
  }

  /// The images at `indices`, each under its move, as [n, H, W, C].
  public func batch(
    _ indices: [Int], _ scaling: Scaling, moves: ((_ place: Int) -> Move)? = nil
  ) -> Tensor {
    let (h, w, c) = (image[0], image[1], image[2])
    let size = h * w * c
    let result = Tensor(uninitialized: [indices.count, h, w, c])
    let (factor, offset) = coefficients(scaling)
    bytes.withUnsafeBufferPointer { bytes in
      for (place, index) in indices.enumerated() {
        let from = bytes.baseAddress! + index * size
        let to = result.pointer + place * size
        let move = moves?(place) ?? Move()
        for y in 0..<h {
          for x in 0..<w {
            let sy = y - move.down
            let shifted = x - move.right
            let inside = sy >= 0 && sy < h && shifted >= 0 && shifted < w
            let sx = move.mirrored ? w - 1 - shifted : shifted
            for k in 0..<c {
              let value: Float = inside ? Float(from[(sy * w + sx) * c + k]) : 0
              to[(y * w + x) * c + k] = value * factor[k] + offset[k]
            }
          }
        }
      }
    }
    return result
  }

  private func coefficients(_ scaling: Scaling) -> (factor: [Float], offset: [Float]) {
    switch scaling {
    case .standard:
      (zip(mean, sd).map { 1 / (255 * $1) }, zip(mean, sd).map { -$0 / $1 })
    case .symmetric:
      (mean.map { _ in 1 / 127.5 }, mean.map { _ in -1 })
    }
  }
}

extension Classifier {
  /// What it says of each image, [N, K].
  public func logits(of images: TrainingImages) -> Tensor { logits(of: images) {} }

  /// What it says of each image, [N, K].
  /// - Parameter pause: called before each batch; throwing stops.
  public func logits(of images: TrainingImages, pause: () throws -> Void) rethrows -> Tensor {
    let logits = Tensor(uninitialized: [images.count, architecture.classes])
    for first in stride(from: 0, to: images.count, by: 256) {
      try pause()
      let places = Array(first..<min(first + 256, images.count))
      logits.setRows(at: first, forward(images.batch(places, .standard), .inference).logits)
    }
    return logits
  }
}

import Foundation

/// The augmentation that classical evaluation trains students with: differentiable siamese
/// augmentation, here without the siamese part.
///
/// One kind is drawn for a batch; within it every image has numbers of its own. Images are
/// normalised, so the zeros that fill what is outside are the mean colour.
///
/// Source: Zhao and Bilen, "Dataset condensation with differentiable siamese augmentation", ICML
/// 2021; the numbers are those of its published code (VICO-UoE/DatasetCondensation, utils.py).
public struct DSA: Sendable {
  public enum Kind: String, CaseIterable, Sendable { case color, crop, cutout, flip, scale, rotate }

  /// What one image undergoes.
  enum Change: Equatable, Sendable {
    case color(brightness: Float, saturation: Float, contrast: Float)
    /// Output (y, x) is input (y + down, x + right).
    case crop(down: Int, right: Int)
    /// A box of zeros around a centre.
    case cutout(y: Int, x: Int)
    case flip
    case none
    /// Output (x, y), in [−1, 1], is input (a·x + b·y, c·x + d·y).
    case affine(a: Float, b: Float, c: Float, d: Float)
  }

  public let kinds: [Kind]

  /// - Parameter kinds: those to draw from; empty leaves images as they are.
  public init(_ kinds: [Kind] = Kind.allCases) { self.kinds = kinds }

  /// Changes each image of a batch.
  ///
  /// - Parameters:
  ///   - batch: normalised images, [count, height, width, channels].
  ///   - step: the training step; with the seed it determines every number drawn.
  public func callAsFunction(_ batch: Tensor, seed: UInt64, step: Int) -> Tensor {
    precondition(batch.shape.count == 4, "a batch is NHWC, not \(batch.shape)")
    guard !kinds.isEmpty else { return batch }
    let kind = kind(seed: seed, step: step)
    let (height, width, channels) = (batch.shape[1], batch.shape[2], batch.shape[3])
    let result = Tensor(uninitialized: batch.shape)
    parallel(batch.rows, grain: 16) { range in
      for i in range {
        var stream = Philox(seed: seed, .augmentation, index: i, step: step)
        let image = Image(height: height, width: width, channels: channels)
        image.apply(
          DSA.draw(kind, height: height, width: width, from: &stream),
          batch.pointer + i * image.count, result.pointer + i * image.count)
      }
    }
    return result
  }

  /// Draws a batch's kind.
  func kind(seed: UInt64, step: Int) -> Kind {
    var stream = Philox(seed: seed, .augmentation, class: 1, step: step)
    return kinds[stream.integer(below: kinds.count)]
  }

  /// Draws one image's numbers.
  static func draw(
    _ kind: Kind, height: Int, width: Int, from stream: inout Philox
  ) -> Change {
    switch kind {
    case .color:
      let brightness = stream.uniform() - 0.5
      let saturation = 2 * stream.uniform()
      return .color(
        brightness: brightness, saturation: saturation, contrast: stream.uniform() + 0.5)
    case .crop:
      let (down, right) = (portion(0.125, height), portion(0.125, width))
      let shift = stream.integer(below: 2 * down + 1) - down
      return .crop(down: shift, right: stream.integer(below: 2 * right + 1) - right)
    case .cutout:
      let y = stream.integer(below: height + 1 - portion(0.5, height) % 2)
      return .cutout(y: y, x: stream.integer(below: width + 1 - portion(0.5, width) % 2))
    case .flip: return stream.uniform() < 0.5 ? .flip : .none
    case .scale:
      let x = stream.uniform(1 / 1.2..<1.2)
      return .affine(a: x, b: 0, c: 0, d: stream.uniform(1 / 1.2..<1.2))
    case .rotate:
      let turn = Double(stream.uniform() - 0.5) * 2 * 15 / 180 * .pi
      let (sine, cosine) = (Float(sin(turn)), Float(cos(turn)))
      return .affine(a: cosine, b: -sine, c: sine, d: cosine)
    }
  }

  /// A share of a side, rounded.
  static func portion(_ ratio: Double, _ side: Int) -> Int { Int(Double(side) * ratio + 0.5) }

  /// The loops over one image, HWC.
  struct Image {
    let height, width, channels: Int

    var count: Int { height * width * channels }

    /// Writes `x` changed to `y`.
    func apply(_ change: Change, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
      switch change {
      case .none: y.update(from: x, count: count)
      case .color(let brightness, let saturation, let contrast):
        color(x, y, brightness, saturation, contrast)
      case .crop(let down, let right): crop(x, y, down, right)
      case .cutout(let centerY, let centerX): cutout(x, y, centerY, centerX)
      case .flip: flip(x, y)
      case .affine(let a, let b, let c, let d): affine(x, y, a, b, c, d)
      }
    }

    private func color(
      _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ brightness: Float,
      _ saturation: Float, _ contrast: Float
    ) {
      var sum = 0.0
      for first in stride(from: 0, to: count, by: channels) {
        var mean: Float = 0
        for i in first..<first + channels { mean += x[i] + brightness }
        mean /= Float(channels)
        for i in first..<first + channels {
          y[i] = (x[i] + brightness - mean) * saturation + mean
          sum += Double(y[i])
        }
      }
      let mean = Float(sum / Double(count))
      for i in 0..<count { y[i] = (y[i] - mean) * contrast + mean }
    }

    private func crop(
      _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ down: Int, _ right: Int
    ) {
      y.update(repeating: 0, count: count)
      let columns = max(0, -right)..<min(width, width - right)
      for row in max(0, -down)..<min(height, height - down) {
        (y + (row * width + columns.lowerBound) * channels).update(
          from: x + ((row + down) * width + columns.lowerBound + right) * channels,
          count: columns.count * channels)
      }
    }

    private func cutout(
      _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ centerY: Int, _ centerX: Int
    ) {
      y.update(from: x, count: count)
      func side(_ center: Int, _ length: Int) -> Range<Int> {
        let size = DSA.portion(0.5, length)
        let first = center - size / 2
        return max(0, first)..<min(length, first + size)
      }
      let columns = side(centerX, width)
      for row in side(centerY, height) {
        (y + (row * width + columns.lowerBound) * channels).update(
          repeating: 0, count: columns.count * channels)
      }
    }

    private func flip(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
      for row in 0..<height {
        for column in 0..<width {
          (y + (row * width + column) * channels).update(
            from: x + (row * width + width - 1 - column) * channels, count: channels)
        }
      }
    }

    /// Bilinear sampling with zeros outside; corners of the square are corners of pixels.
    private func affine(
      _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ a: Float, _ b: Float,
      _ c: Float, _ d: Float
    ) {
      for row in 0..<height {
        let v = Float(2 * row + 1) / Float(height) - 1
        for column in 0..<width {
          let u = Float(2 * column + 1) / Float(width) - 1
          let sourceX = ((a * u + b * v + 1) * Float(width) - 1) / 2
          let sourceY = ((c * u + d * v + 1) * Float(height) - 1) / 2
          let (left, top) = (sourceX.rounded(.down), sourceY.rounded(.down))
          let (shareX, shareY) = (sourceX - left, sourceY - top)
          let target = y + (row * width + column) * channels
          for channel in 0..<channels { target[channel] = 0 }
          for corner in 0..<4 {
            let (right, below) = (corner & 1, corner >> 1)
            let (i, j) = (Int(top) + below, Int(left) + right)
            guard i >= 0, i < height, j >= 0, j < width else { continue }
            let weight =
              (right == 1 ? shareX : 1 - shareX) * (below == 1 ? shareY : 1 - shareY)
            let source = x + (i * width + j) * channels
            for channel in 0..<channels { target[channel] += weight * source[channel] }
          }
        }
      }
    }
  }
}

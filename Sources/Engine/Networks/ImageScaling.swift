/// The scales images have: bytes 0...255 in the pool, −1...1 at the autoencoder, (x − mean)/sd at
/// classifiers (x in 0...1, per channel).
public struct ImageScaling: Sendable {
  private let mean: [Float]
  private let sd: [Float]

  public init(mean: [Float], sd: [Float]) {
    precondition(mean.count == sd.count)
    self.mean = mean
    self.sd = sd
  }

  /// Bytes as classifiers see them.
  public func standardised(bytes: [UInt8], shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let c = mean.count
    for pixel in 0..<result.count / c {
      for k in 0..<c {
        let i = pixel * c + k
        result.pointer[i] = (Float(bytes[i]) / 255 - mean[k]) / sd[k]
      }
    }
    return result
  }

  /// Images in −1...1 as classifiers see them.
  public func standardised(symmetric images: Tensor) -> Tensor {
    let result = Tensor(uninitialized: images.shape)
    let c = mean.count
    for pixel in 0..<images.count / c {
      for k in 0..<c {
        let i = pixel * c + k
        result.pointer[i] = ((images.pointer[i] + 1) / 2 - mean[k]) / sd[k]
      }
    }
    return result
  }

  /// The gradient by images in −1...1, from the one by what classifiers see; in place.
  public func backward(_ gradient: Tensor) {
    let c = mean.count
    for pixel in 0..<gradient.count / c {
      for k in 0..<c { gradient.pointer[pixel * c + k] /= 2 * sd[k] }
    }
  }

  /// Images in −1...1 as bytes, rounded and clamped: what the pool stores and students see.
  public static func bytes(symmetric images: Tensor) -> [UInt8] {
    (0..<images.count).map { i in
      UInt8(max(0, min(255, ((images.pointer[i] + 1) * 127.5).rounded())))
    }
  }

  /// Bytes as the autoencoder sees them.
  public static func symmetric(bytes: [UInt8], shape: [Int]) -> Tensor {
    Tensor(bytes.map { Float($0) / 127.5 - 1 }, shape: shape)
  }
}

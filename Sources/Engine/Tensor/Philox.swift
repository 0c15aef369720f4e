/// What a stream of random numbers is for. Streams of different purposes never overlap.
public enum Purpose: UInt16, Sendable {
  case initialization = 1
  case shuffle
  case augmentation
  case latent  // the prior's starting noise
  case diffusion  // (t, ε) of the training loss and of residuals
  case labelDropout
  case posterior  // the autoencoder's sampling
  case views  // teacher views
  case selection
  case test = 11  // 10 was another's; a number is never used for something else
  case refinement  // a refinement step's network, view and real images
}

/// Philox4x32-10, a counter-based generator: any number of any stream is a pure function of
/// (seed, purpose, class, index, step, position), so results do not depend on the order, batch,
/// shard or thread in which streams are drawn.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct Philox: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4
  private var spare: Float?

  public init(seed: UInt64, _ purpose: Purpose, class label: Int = 0, index: Int = 0, step: Int = 0)
  {
    key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let stream = UInt32(purpose.rawValue) << 16 | UInt32(truncatingIfNeeded: label & 0xffff)
    counter = [0, UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: index), stream]
  }

  /// The ten rounds on one counter.
  static func block(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) * UInt64(c[0])
      let b = UInt64(0xCD9E_8D57) * UInt64(c[2])
      c = [
        UInt32(truncatingIfNeeded: b >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: a),
      ]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
  }

  public mutating func next32() -> UInt32 {
    if used == 4 {
      block = Philox.block(counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  public mutating func next() -> UInt64 {
    let low = UInt64(next32())
    return UInt64(next32()) << 32 | low
  }

  /// Uniform in [0, 1), 24 random bits.
  public mutating func uniform() -> Float { Float(next32() >> 8) * 0x1p-24 }

  public mutating func uniform(_ range: Range<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform in 0..<bound, without modulo bias worth mentioning (Lemire's multiply-shift).
  public mutating func integer(below bound: Int) -> Int {
    Int((UInt64(next32()) * UInt64(bound)) >> 32)
  }

  /// Standard normal, by Box and Muller's transform in double precision.
  public mutating func normal() -> Float {
    if let value = spare {
      spare = nil
      return value
    }
    let u = (Double(next32()) + 0.5) * 0x1p-32
    let v = (Double(next32()) + 0.5) * 0x1p-32
    let radius = (-2 * u.naturalLogarithm).squareRoot()
    let (sine, cosine) = v.turnSineCosine
    spare = Float(radius * sine)
    return Float(radius * cosine)
  }

  /// A permutation of 0..<count (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
    return order
  }

  /// Standard normal values of the given shape.
  public mutating func normal(_ shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.pointer[i] = normal() }
    return result
  }
}

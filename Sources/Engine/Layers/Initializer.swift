/// The starting weights of a network: each call draws from the next stream of
/// (seed, `.initialization`), so a network's weights depend on the order of its layers alone.
public struct Initializer: Sendable {
  private let seed: UInt64
  private var index = 0

  public init(seed: UInt64) { self.seed = seed }

  private mutating func stream() -> Philox {
    defer { index += 1 }
    return Philox(seed: seed, .initialization, index: index)
  }

  /// Uniform in ±bound.
  public mutating func uniform(_ shape: [Int], bound: Float) -> Tensor {
    var random = stream()
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.pointer[i] = random.uniform(-bound..<bound) }
    return result
  }

  /// Normal with mean 0 and the given standard deviation.
  public mutating func normal(_ shape: [Int], deviation: Float) -> Tensor {
    var random = stream()
    let result = random.normal(shape)
    for i in 0..<result.count { result.pointer[i] *= deviation }
    return result
  }

  /// PyTorch's default for linear and convolution layers, weights and biases alike: uniform in
  /// ±1/√fanIn.
  public mutating func kaimingUniform(_ shape: [Int], fanIn: Int) -> Tensor {
    uniform(shape, bound: 1 / Float(fanIn).squareRoot())
  }

  /// Glorot's: uniform in ±√(6/(fanIn + fanOut)).
  public mutating func xavierUniform(_ shape: [Int], fanIn: Int, fanOut: Int) -> Tensor {
    uniform(shape, bound: (6 / Float(fanIn + fanOut)).squareRoot())
  }
}

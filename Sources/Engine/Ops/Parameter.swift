/// How a parameter's elements are laid out here and in checkpoints.
public enum ParameterLayout: Equatable, Sendable {
  /// The same here and there (PyTorch's order).
  case plain
  /// Here [kh, kw, in, out], in checkpoints [out, in, kh, kw] as PyTorch has it.
  case convolution
}

/// A named weight of a network with its gradient.
public final class Parameter {
  /// The name in checkpoints, e.g. "decoder.conv_in.weight".
  public let name: String
  public var value: Tensor { didSet { changed() } }
  /// The gradient's sum since the last `zeroGradients`.
  public var gradient: Tensor
  public let layout: ParameterLayout
  /// False for buffers (running statistics): saved and loaded, never optimized.
  public let isTrainable: Bool
  private var derived: [any Forgettable] = []

  /// Whoever writes elements of `value` calls this: what is derived from them is let go of.
  public func changed() {
    for value in derived { value.forget() }
  }

  func addDerived(_ value: any Forgettable) { derived.append(value) }

  public init(
    _ name: String, _ value: Tensor, layout: ParameterLayout = .plain, isTrainable: Bool = true
  ) {
    self.name = name
    self.value = value
    self.layout = layout
    self.isTrainable = isTrainable
    gradient = isTrainable ? Tensor(zeros: value.shape) : Tensor(zeros: [0])
  }
}

extension Sequence where Element == Parameter {
  public func zeroGradients() {
    for parameter in self where parameter.isTrainable { parameter.gradient.fill(0) }
  }

  /// The number of trainable elements.
  public var trainableCount: Int { reduce(0) { $0 + ($1.isTrainable ? $1.value.count : 0) } }
}

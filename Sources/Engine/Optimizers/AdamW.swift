import CKernels

/// Adam with decoupled weight decay, PyTorch's rule.
///
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
public final class AdamW: Optimizer {
  private let parameters: [Parameter]
  private let beta1: Float = 0.9
  private let beta2: Float
  private let epsilon: Float = 1e-8
  private let decay: Float
  /// First and second moments, in turn.
  public let state: [Tensor]
  public var steps = 0

  public init(_ parameters: [Parameter], beta2: Float = 0.999, decay: Float) {
    self.parameters = parameters.filter(\.isTrainable)
    self.beta2 = beta2
    self.decay = decay
    state = self.parameters.flatMap {
      [Tensor(zeros: $0.value.shape), Tensor(zeros: $0.value.shape)]
    }
  }

  public func step(rate: Float) {
    steps += 1
    let c1 = 1 - power(beta1, steps)
    let c2 = 1 - power(beta2, steps)
    parallel(parameters.count) { i in
      let parameter = parameters[i]
      psr_adamw(
        parameter.value.count, rate, beta1, beta2, epsilon, decay, c1, c2,
        parameter.value.pointer, parameter.gradient.pointer, state[2 * i].pointer,
        state[2 * i + 1].pointer)
    }
    for parameter in parameters { parameter.changed() }
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    Float(raise(Double(base), Double(exponent)))
  }
}

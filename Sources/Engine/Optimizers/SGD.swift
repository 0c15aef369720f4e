import CKernels

/// Stochastic gradient descent with momentum and L2 decay, PyTorch's rule.
public final class SGD: Optimizer {
  private let parameters: [Parameter]
  private let momentum: Float
  private let decay: Float
  public let state: [Tensor]
  public var steps = 0

  public init(_ parameters: [Parameter], momentum: Float, decay: Float) {
    self.parameters = parameters.filter(\.isTrainable)
    self.momentum = momentum
    self.decay = decay
    state = self.parameters.map { Tensor(zeros: $0.value.shape) }
  }

  public func step(rate: Float) {
    parallel(parameters.count) { i in
      let parameter = parameters[i]
      psr_sgd(
        parameter.value.count, rate, momentum, decay, parameter.value.pointer,
        parameter.gradient.pointer, state[i].pointer)
    }
    for parameter in parameters { parameter.changed() }
    steps += 1
  }
}

import CKernels

/// Changes trainable parameters by their gradients. Its state can be saved and put back.
public protocol Optimizer: AnyObject {
  /// One step with the given learning rate.
  func step(rate: Float)
  /// The tensors a resumed training needs, in a fixed order.
  var state: [Tensor] { get }
  /// Steps taken; set when resuming.
  var steps: Int { get set }
}

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

/// Scales gradients so that their joint norm is at most `limit`; returns the norm before.
@discardableResult
public func clipGradients(_ parameters: [Parameter], limit: Float) -> Float {
  let trainable = parameters.filter(\.isTrainable)
  let squares = trainable.reduce(0.0) {
    $0 + psr_squares($1.gradient.count, $1.gradient.pointer)
  }
  let norm = Float(squares.squareRoot())
  if norm > limit && norm.isFinite {
    for parameter in trainable { parameter.gradient.scale(by: limit / norm) }
  }
  return norm
}

import CKernels

/// An exponential moving average of trainable parameters: what is kept of a trained prior.
public final class EMA {
  private let parameters: [Parameter]
  private let decay: Float
  public let averages: [Tensor]

  public init(_ parameters: [Parameter], decay: Float) {
    self.parameters = parameters.filter(\.isTrainable)
    self.decay = decay
    averages = self.parameters.map { $0.value.copy() }
  }

  /// Takes the current weights in. Early on the average is young: the decay grows as
  /// (1 + step)/(10 + step) up to its limit, as in TensorFlow's.
  public func update(step: Int) {
    let decay = min(decay, Float(1 + step) / Float(10 + step))
    parallel(parameters.count) { i in
      let value = parameters[i].value
      psr_ema(value.count, decay, value.pointer, averages[i].pointer)
    }
  }

  /// Exchanges averages and weights: after training the averages are the network.
  public func swap() {
    for (parameter, average) in zip(parameters, averages) {
      for i in 0..<average.count {
        Swift.swap(&parameter.value.pointer[i], &average.pointer[i])
      }
      parameter.changed()
    }
  }
}

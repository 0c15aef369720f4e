import CKernels

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

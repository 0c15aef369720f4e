/// softmax(logits/temperature) of each row.
public func softmax(_ logits: Tensor, temperature: Float = 1) -> Tensor {
  let result = Tensor(uninitialized: logits.shape)
  let classes = logits.rowSize
  for row in 0..<logits.rows {
    let (x, y) = (logits.pointer + row * classes, result.pointer + row * classes)
    var top = x[0]
    for i in 1..<classes { top = max(top, x[i]) }
    var sum = 0.0
    for i in 0..<classes {
      let e = exponential(Double((x[i] - top) / temperature))
      y[i] = Float(e)
      sum += e
    }
    for i in 0..<classes { y[i] = Float(Double(y[i]) / sum) }
  }
  return result
}

/// Rows of one-hot distributions [N, classes].
public func oneHot(_ labels: [Int], classes: Int) -> Tensor {
  let result = Tensor(zeros: [labels.count, classes])
  for (row, label) in labels.enumerated() { result[row * classes + label] = 1 }
  return result
}

/// T²·KL(q ‖ softmax(logits/T)) of each row, and its gradient by the logits.
///
/// With one-hot targets and T = 1 it is the cross-entropy. Source: Hinton et al., "Distilling the
/// knowledge in a neural network", 2015 (the factor T² keeps gradients of one size).
/// - Parameter targets: distributions q [N, K].
/// - Returns: losses in nats, and the gradient [N, K] of their mean.
public func softmaxLoss(_ logits: Tensor, targets: Tensor, temperature: Float = 1)
  -> (losses: [Float], gradient: Tensor)
{
  precondition(logits.shape == targets.shape, "\(logits.shape) against \(targets.shape)")
  let gradient = softmax(logits, temperature: temperature)
  let classes = logits.rowSize
  let t = Double(temperature)
  var losses = [Float](repeating: 0, count: logits.rows)
  let scale = temperature / Float(logits.rows)
  for row in 0..<logits.rows {
    let p = gradient.pointer + row * classes
    let q = targets.pointer + row * classes
    var loss = 0.0
    for i in 0..<classes where q[i] > 0 {
      let likelihood = max(Double(p[i]), 1e-30)
      loss += Double(q[i]) * (Double(q[i]).naturalLogarithm - likelihood.naturalLogarithm)
    }
    losses[row] = Float(loss * t * t)
    for i in 0..<classes { p[i] = (p[i] - q[i]) * scale }
  }
  return (losses, gradient)
}

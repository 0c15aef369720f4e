import Testing

@testable import Engine

/// The relative error ‖numeric − analytic‖ / max(‖numeric‖, ‖analytic‖) of a gradient, by central
/// differences of `loss` over at most `limit` evenly spread elements of `value`; `changed` is
/// called after each of its changes.
func gradientError(
  of gradient: Tensor, by value: Tensor, step: Float = 1e-2, limit: Int = 96,
  changed: () -> Void = {}, loss: () -> Double
) -> Double {
  precondition(gradient.count == value.count)
  // A stride prime to most shapes, so that no channel or tap is left out.
  let stride = value.count <= limit ? 1 : (value.count / limit) | 1
  var (difference, numericSum, analyticSum) = (0.0, 0.0, 0.0)
  for i in Swift.stride(from: 0, to: value.count, by: stride) {
    let kept = value[i]
    value[i] = kept + step
    changed()
    let above = loss()
    let upper = value[i]
    value[i] = kept - step
    changed()
    let below = loss()
    let numeric = (above - below) / Double(upper - value[i])
    value[i] = kept
    changed()
    let analytic = Double(gradient[i])
    difference += (numeric - analytic) * (numeric - analytic)
    numericSum += numeric * numeric
    analyticSum += analytic * analytic
  }
  return difference.squareRoot() / max(numericSum, analyticSum, 1e-20).squareRoot()
}

/// The same by a parameter. What is derived from it is told of every change, of the last one back
/// too: else the next parameter's check would run on a weight that is still off by a step.
func gradientError(
  of gradient: Tensor, by parameter: Parameter, step: Float = 1e-2, limit: Int = 96,
  loss: () -> Double
) -> Double {
  gradientError(
    of: gradient, by: parameter.value, step: step, limit: limit, changed: parameter.changed,
    loss: loss)
}

/// Checks a gradient against central differences of `loss` along random directions. Errors are
/// measured by the gradient's length, since a direction's part of it may be small by chance; the
/// step is small because of kinks.
func checkGradient(
  _ gradient: Tensor, at value: Tensor, tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation, loss: (Tensor) throws -> Double
) rethrows {
  let step: Float = 3e-4
  let length = projection(gradient, on: gradient).squareRoot()
  #expect(length > 0, sourceLocation: sourceLocation)
  for index in 0..<4 {
    var random = Philox(seed: 99, .test, index: index)
    let direction = random.normal(value.shape)
    func moved(_ step: Float) throws -> Double {
      let other = value.copy()
      other.add(direction, scale: step)
      return try loss(other)
    }
    let change = try (moved(step) - moved(-step)) / Double(2 * step)
    let error = abs(change - projection(gradient, on: direction))
    #expect(error < tolerance * length, sourceLocation: sourceLocation)
  }
}

/// Σ weights·values, in double precision.
func projection(_ values: Tensor, on weights: Tensor) -> Double {
  var sum = 0.0
  for i in 0..<values.count { sum += Double(values[i]) * Double(weights[i]) }
  return sum
}

/// Checks a layer's backward pass against central differences of a random projection of its
/// output: the input's gradient, and after a training pass that of every trainable parameter,
/// which must be added to what was there. A frozen pass must leave those alone.
///
/// Kinks (ReLU, maxima) spoil central differences: give such a layer a small `step`.
func checkGradients(
  _ layer: any Layer, input: Tensor, pass: Pass = .training, step: Float = 1e-2,
  tolerance: Double = 5e-3, sourceLocation: SourceLocation = #_sourceLocation
) {
  var random = Philox(seed: 99, .test)
  let input = input.copy()
  let weights = random.normal(layer.forward(input, pass).shape)
  let trainable = layer.parameters.filter(\.isTrainable)
  let before: Float = 0.5
  for parameter in trainable { parameter.gradient.fill(before) }

  _ = layer.forward(input, pass)
  let gradient = layer.backward(weights.copy())
  #expect(gradient.shape == input.shape, sourceLocation: sourceLocation)
  let loss = { projection(layer.forward(input, pass), on: weights) }
  let error = gradientError(of: gradient, by: input, step: step, loss: loss)
  #expect(error < tolerance, "input gradient, \(pass)", sourceLocation: sourceLocation)

  for parameter in trainable {
    let added = Tensor(parameter.gradient.values.map { $0 - before }, shape: parameter.value.shape)
    if pass == .frozen {
      let untouched = added.values.allSatisfy { $0 == 0 }
      #expect(untouched, "\(parameter.name) in a frozen pass", sourceLocation: sourceLocation)
    } else {
      let error = gradientError(of: added, by: parameter, step: step, loss: loss)
      #expect(error < tolerance, "\(parameter.name)", sourceLocation: sourceLocation)
    }
  }
}

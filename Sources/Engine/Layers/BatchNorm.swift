import CKernels

/// Batch normalisation with the activation behind it. Running statistics follow PyTorch: momentum
/// 0.1, the unbiased variance, ε = 1e-5.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015.
public final class BatchNorm: Layer {
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Parameter
  public let runningVariance: Parameter
  private let activation: Activation
  private let epsilon = 1e-5
  private let momentum: Float = 0.1
  private var kept: Kept?

  private struct Kept {
    var input: Tensor
    var scale, shift: Tensor
    var mean, reciprocal: [Double]
    var training: Bool
  }

  public init(_ name: String, _ channels: Int, activation: Activation = .identity) {
    let ones = [Float](repeating: 1, count: channels)
    weight = Parameter(name + ".weight", Tensor(ones, shape: [channels]))
    bias = Parameter(name + ".bias", Tensor(zeros: [channels]))
    runningMean = Parameter(name + ".running_mean", Tensor(zeros: [channels]), isTrainable: false)
    runningVariance = Parameter(
      name + ".running_var", Tensor(ones, shape: [channels]), isTrainable: false)
    self.activation = activation
  }

  public var parameters: [Parameter] { [weight, bias, runningMean, runningVariance] }

  /// [N, H, W, C] → the same.
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    forward(input, pass) { image, scale, shift, output in
      psr_affine_forward(
        input.rowSize / weight.value.count, weight.value.count, activation.code, scale.pointer,
        shift.pointer, input.pointer + image * input.rowSize,
        output.pointer + image * input.rowSize)
    }
  }

  /// relu(norm(input) + added) in one pass, for a norm without an activation of its own; `backward`
  /// then takes the gradient from before the relu.
  func forward(_ input: Tensor, addingAndRelu added: Tensor, _ pass: Pass) -> Tensor {
    forward(input, pass) { image, scale, shift, output in
      let at = image * input.rowSize
      psr_affine_add_relu(
        input.rowSize / weight.value.count, weight.value.count, scale.pointer, shift.pointer,
        input.pointer + at, added.pointer + at, output.pointer + at)
    }
  }

  private func forward(
    _ input: Tensor, _ pass: Pass,
    apply: (_ image: Int, _ scale: Tensor, _ shift: Tensor, _ output: Tensor) -> Void
  ) -> Tensor {
    let c = weight.value.count
    let (mean, variance) = pass == .training ? batchStatistics(input) : runningStatistics()
    let reciprocal = variance.map { 1 / ($0 + epsilon).squareRoot() }
    let scale = Tensor(uninitialized: [c])
    let shift = Tensor(uninitialized: [c])
    for i in 0..<c {
      let a = Double(weight.value.pointer[i]) * reciprocal[i]
      scale.pointer[i] = Float(a)
      shift.pointer[i] = Float(Double(bias.value.pointer[i]) - mean[i] * a)
    }
    let output = Tensor(uninitialized: input.shape)
    parallel(input.rows) { image in apply(image, scale, shift, output) }
    if pass.keeps {
      kept = Kept(
        input: input, scale: scale, shift: shift, mean: mean, reciprocal: reciprocal,
        training: pass == .training)
    }
    return output
  }

  private func runningStatistics() -> (mean: [Double], variance: [Double]) {
    (runningMean.value.values.map(Double.init), runningVariance.value.values.map(Double.init))
  }

  private func batchStatistics(_ input: Tensor) -> (mean: [Double], variance: [Double]) {
    let c = weight.value.count
    let pixels = input.rowSize / c
    let count = Double(input.count / c)
    // Mean and squared deviations of each image, so that it is read from memory once; then those of
    // all (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm", 1979).
    let own = Tensor(uninitialized: [input.rows, 2, c])
    parallel(input.rows) { image in
      let x = input.pointer + image * input.rowSize
      let mean = own.pointer + image * own.rowSize
      psr_channel_sums(pixels, c, x, mean)
      for i in 0..<c { mean[i] /= Float(pixels) }
      psr_channel_squares(pixels, c, x, mean, mean + c)
    }
    var mean = [Double](repeating: 0, count: c)
    for image in 0..<input.rows {
      let means = own.pointer + image * own.rowSize
      for i in 0..<c { mean[i] += Double(means[i]) / Double(input.rows) }
    }
    var squares = [Double](repeating: 0, count: c)
    for image in 0..<input.rows {
      let (means, deviations) = (
        own.pointer + image * own.rowSize, own.pointer + image * own.rowSize + c
      )
      for i in 0..<c {
        let distance = Double(means[i]) - mean[i]
        squares[i] += Double(deviations[i]) + Double(pixels) * distance * distance
      }
    }
    for i in 0..<c {
      let unbiased = Float(squares[i] / max(count - 1, 1))
      runningMean.value.pointer[i] += momentum * (Float(mean[i]) - runningMean.value.pointer[i])
      runningVariance.value.pointer[i] += momentum * (unbiased - runningVariance.value.pointer[i])
    }
    return (mean, squares.map { $0 / count })
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let kept else { preconditionFailure("backward without forward") }
    self.kept = nil
    let input = kept.input
    let (n, c) = (input.rows, weight.value.count)
    let pixels = input.rowSize / c
    let result = Tensor(uninitialized: input.shape)
    let sums = Tensor(uninitialized: [n, 2, c])
    parallel(n) { image in
      let at = image * input.rowSize
      let sum = sums.pointer + image * 2 * c
      psr_affine_backward(
        pixels, c, activation.code, kept.scale.pointer, kept.shift.pointer, input.pointer + at,
        gradient.pointer + at, result.pointer + at, sum, sum + c)
    }
    var total = [Double](repeating: 0, count: 2 * c)
    for image in 0..<n {
      for i in 0..<2 * c { total[i] += Double(sums.pointer[image * 2 * c + i]) }
    }
    let p = Tensor(zeros: [c])
    let q = Tensor(zeros: [c])
    if kept.training {
      for i in 0..<c {
        let (m, r) = (kept.mean[i], kept.reciprocal[i])
        let weighted = (total[c + i] - m * total[i]) * r
        weight.gradient.pointer[i] += Float(weighted)
        bias.gradient.pointer[i] += Float(total[i])
        let gamma = Double(weight.value.pointer[i]) / Double(n * pixels)
        p.pointer[i] = Float(-r * r * gamma * weighted)
        q.pointer[i] = Float(r * r * gamma * weighted * m - r * gamma * total[i])
      }
    }
    parallel(n) { image in
      let at = image * input.rowSize
      psr_affine_backward_apply(
        pixels, c, kept.scale.pointer, p.pointer, q.pointer, input.pointer + at,
        result.pointer + at)
    }
    return result
  }
}

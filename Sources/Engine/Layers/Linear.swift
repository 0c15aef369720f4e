import CKernels

/// y = x·Wᵀ + b over the last dimension; weight [out, in] as in PyTorch.
public final class Linear: Layer {
  /// The starting weights. Biases start at 0 but for PyTorch's.
  public enum Start: Sendable {
    /// Weight and bias uniform in ±1/√in.
    case pytorch
    case xavier
    case normal(deviation: Float)
    case zero
  }

  public let weight: Parameter
  public let bias: Parameter
  private let inputs: Int
  private let outputs: Int
  private var kept: (input: Tensor, training: Bool)?

  /// Names its parameters "`name`.weight" and "`name`.bias".
  public init(
    _ name: String, _ inputs: Int, _ outputs: Int, _ start: Start,
    _ initializer: inout Initializer
  ) {
    self.inputs = inputs
    self.outputs = outputs
    let shape = [outputs, inputs]
    var bias = Tensor(zeros: [outputs])
    let weight: Tensor
    switch start {
    case .pytorch:
      weight = initializer.kaimingUniform(shape, fanIn: inputs)
      bias = initializer.kaimingUniform([outputs], fanIn: inputs)
    case .xavier: weight = initializer.xavierUniform(shape, fanIn: inputs, fanOut: outputs)
    case .normal(let deviation): weight = initializer.normal(shape, deviation: deviation)
    case .zero: weight = Tensor(zeros: shape)
    }
    self.weight = Parameter(name + ".weight", weight)
    self.bias = Parameter(name + ".bias", bias)
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// [..., in] → [..., out].
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    precondition(input.shape.last == inputs, "\(input.shape) into \(weight.name)")
    kept = pass.keeps ? (input, pass == .training) : nil
    let result = Tensor(uninitialized: input.shape.dropLast() + [outputs])
    let rows = input.count / inputs
    setBias(rows, result.pointer)
    parallelGEMM(
      rows, outputs, inputs, input.pointer, lda: inputs, weight.value.pointer, ldb: inputs,
      transposeB: true, beta: 1, result.pointer, ldc: outputs)
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let (input, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    let rows = input.count / inputs
    if training { accumulate([(input, gradient)]) }
    let result = Tensor(uninitialized: input.shape)
    parallelGEMM(
      rows, inputs, outputs, gradient.pointer, lda: outputs, weight.value.pointer, ldb: inputs,
      result.pointer, ldc: inputs)
    return result
  }

  // Networks that run whole blocks on a few rows at a time use these three in place of the above.

  /// The output for `rows` rows, on this thread.
  func apply(_ input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>) {
    setBias(rows, output)
    gemm(
      rows, outputs, inputs, input, lda: inputs, weight.value.pointer, ldb: inputs,
      transposeB: true, beta: 1, output, ldc: outputs)
  }

  /// The input's gradient for `rows` rows, on this thread.
  func applyTransposed(
    _ gradient: UnsafePointer<Float>, rows: Int, _ result: UnsafeMutablePointer<Float>
  ) {
    gemm(
      rows, inputs, outputs, gradient, lda: outputs, weight.value.pointer, ldb: inputs,
      result, ldc: inputs)
  }

  /// Adds dYᵀ·X to the weight's gradient and the column sums of dY to the bias's, chunk after
  /// chunk, in parallel over the outputs.
  func accumulate(_ chunks: [(input: Tensor, gradient: Tensor)]) {
    let weights = weight.gradient.pointer
    let sums = bias.gradient.pointer
    parallel(outputs, grain: 96) { range in
      let first = range.lowerBound
      for (input, gradient) in chunks {
        let rows = input.count / inputs
        gemm(
          range.count, inputs, rows, gradient.pointer + first, lda: outputs, transposeA: true,
          input.pointer, ldb: inputs, beta: 1, weights + first * inputs, ldc: inputs)
        psr_column_sums(rows, range.count, outputs, gradient.pointer + first, sums + first)
      }
    }
  }

  // OpenBLAS adds to C without a pass over it where β = 1, so a bias set beforehand is free.
  private func setBias(_ rows: Int, _ output: UnsafeMutablePointer<Float>) {
    let bias = bias.value.pointer
    for row in 0..<rows { (output + row * outputs).update(from: bias, count: outputs) }
  }
}

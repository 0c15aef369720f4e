import CKernels

/// y = x·Wᵀ + b over the last dimension; weight [out, in] as in PyTorch.
public final class Linear: Layer {
  public let weight: Parameter
  public let bias: Parameter
  private let inputs: Int
  private let outputs: Int
  private var kept: (input: Tensor, training: Bool)?

  /// Names its parameters "`name`.weight" and "`name`.bias"; PyTorch's default initialization.
  public init(_ name: String, _ inputs: Int, _ outputs: Int, _ initializer: inout Initializer) {
    self.inputs = inputs
    self.outputs = outputs
    weight = Parameter(
      name + ".weight", initializer.kaimingUniform([outputs, inputs], fanIn: inputs))
    bias = Parameter(name + ".bias", initializer.kaimingUniform([outputs], fanIn: inputs))
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// [..., in] → [..., out].
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    precondition(input.shape.last == inputs, "\(input.shape) into \(weight.name)")
    kept = pass.keeps ? (input, pass == .training) : nil
    let result = Tensor(uninitialized: input.shape.dropLast() + [outputs])
    let rows = input.count / inputs
    apply(input.pointer, rows: rows, result.pointer)
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let (input, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    let rows = input.count / inputs
    if training { accumulate(input.pointer, gradient.pointer, rows: rows) }
    let result = Tensor(uninitialized: input.shape)
    parallelGEMM(
      rows, inputs, outputs, gradient.pointer, lda: outputs, weight.value.pointer, ldb: inputs,
      result.pointer, ldc: inputs)
    return result
  }

  private func apply(
    _ input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    let bias = bias.value.pointer
    for row in 0..<rows { (output + row * outputs).update(from: bias, count: outputs) }
    parallelGEMM(
      rows, outputs, inputs, input, lda: inputs, weight.value.pointer, ldb: inputs,
      transposeB: true, beta: 1, output, ldc: outputs)
  }

  /// Adds dYᵀ·X to the weight's gradient and the column sums of dY to the bias's.
  private func accumulate(
    _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, rows: Int
  ) {
    parallelGEMM(
      outputs, inputs, rows, gradient, lda: outputs, transposeA: true, input, ldb: inputs,
      beta: 1, weight.gradient.pointer, ldc: inputs)
    let sums = bias.gradient.pointer
    for row in 0..<rows { psr_axpy(outputs, 1, gradient + row * outputs, sums) }
  }
}

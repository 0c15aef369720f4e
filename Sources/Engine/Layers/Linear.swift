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
  let inputs: Int
  let outputs: Int
  private let packed: Derived<PackedMatrix>
  private let packedTurned: Derived<PackedMatrix>
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
    packed = Derived(of: self.weight)
    packedTurned = Derived(of: self.weight)
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// [..., in] → [..., out].
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    precondition(input.shape.last == inputs, "\(input.shape) into \(weight.name)")
    if pass.keeps { kept = (input, pass == .training) }
    let result = Tensor(uninitialized: input.shape.dropLast() + [outputs])
    packedWeight.parallelProduct(
      input.count / inputs, input.pointer, bias: bias.value.pointer, result.pointer)
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let (input, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    if training { accumulate([(input, gradient)]) }
    let result = Tensor(uninitialized: input.shape)
    packedTurnedWeight.parallelProduct(input.count / inputs, gradient.pointer, result.pointer)
    return result
  }

  // Networks that run whole blocks on a few rows at a time use these three in place of the above.

  /// The output for `rows` rows, on this thread.
  func apply(_ input: UnsafePointer<Float>, rows: Int, _ output: UnsafeMutablePointer<Float>) {
    packedWeight.product(rows, input, bias: bias.value.pointer, output)
  }

  /// The input's gradient for `rows` rows, on this thread.
  func applyTransposed(
    _ gradient: UnsafePointer<Float>, rows: Int, _ result: UnsafeMutablePointer<Float>
  ) {
    packedTurnedWeight.product(rows, gradient, result)
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

  /// Wᵀ [in, out], for the output.
  private var packedWeight: PackedMatrix {
    packed.value {
      PackedMatrix(rows: inputs, columns: outputs, weight.value.pointer, transposed: true)
    }
  }

  /// W [out, in], for the input's gradient.
  private var packedTurnedWeight: PackedMatrix {
    packedTurned.value {
      PackedMatrix(rows: outputs, columns: inputs, weight.value.pointer)
    }
  }
}

import CKernels

/// 2-D convolution, NHWC; weight [k, k, in, out] here, [out, in, k, k] in checkpoints.
///
/// Three ways to the same sums: 1×1 is one matrix product; 3×3 of stride 1 and padding 1 with at
/// least 16 channels on both sides goes by Winograd; everything else by im2col.
public final class Convolution: Layer {
  public let weight: Parameter
  public let bias: Parameter?
  private let kernel: Int
  private let stride: Int
  private let padding: Int
  private let trailing: Int
  private var kept: (input: Tensor, training: Bool)?
  private let transformed: Derived<Winograd.Weights>
  private let transformedTurned: Derived<Winograd.Weights>
  private let packed: Derived<PackedMatrix>
  private let packedTurned: Derived<PackedMatrix>
  /// Turned off to hold the fast path against im2col.
  var allowsWinograd = true

  /// Parameters "`name`.weight" and "`name`.bias"; PyTorch's default initialization.
  /// - Parameters:
  ///   - padding: zeros above and on the left.
  ///   - trailing: zeros below and on the right, if not as many.
  public init(
    _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1,
    padding: Int = 1, trailing: Int? = nil, bias: Bool = true, _ initializer: inout Initializer
  ) {
    let fanIn = inputs * kernel * kernel
    weight = Parameter(
      name + ".weight",
      initializer.kaimingUniform([kernel, kernel, inputs, outputs], fanIn: fanIn),
      layout: .convolution)
    self.bias =
      bias
      ? Parameter(name + ".bias", initializer.kaimingUniform([outputs], fanIn: fanIn)) : nil
    transformed = Derived(of: weight)
    transformedTurned = Derived(of: weight)
    packed = Derived(of: weight)
    packedTurned = Derived(of: weight)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.trailing = trailing ?? padding
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  private var inputs: Int { weight.value.shape[2] }
  private var outputs: Int { weight.value.shape[3] }
  private var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 && trailing == 0 }
  private var isWinograd: Bool {
    allowsWinograd && kernel == 3 && stride == 1 && padding == 1 && trailing == 1
      && inputs >= 16 && outputs >= 16
  }

  private func shape(of x: Tensor) -> ConvolutionShape {
    ConvolutionShape(
      height: x.shape[1], width: x.shape[2], channels: inputs, kernel: kernel, stride: stride,
      padding: padding, trailing: trailing)
  }

  /// [N, H, W, in] → [N, Ho, Wo, out].
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    precondition(
      input.shape.count == 4 && input.shape[3] == inputs, "\(input.shape): \(weight.name)")
    if pass.keeps { kept = (input, pass == .training) }
    if isWinograd {
      return Winograd.convolve(
        input, weights(transformed, for: input, turned: false), bias: bias?.value)
    }
    let taps = kernel * kernel * inputs
    let packed = packed.value {
      PackedMatrix(rows: taps, columns: outputs, weight.value.pointer)
    }
    if !isPointwise { return Im2col.convolve(input, shape(of: input), packed, bias: bias?.value) }
    let result = Tensor(uninitialized: input.shape.dropLast() + [outputs])
    packed.parallelProduct(
      input.count / inputs, input.pointer, bias: bias?.value.pointer, result.pointer)
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let (input, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    if training { accumulate(input, gradient) }
    if isWinograd {
      return Winograd.convolve(
        gradient, weights(transformedTurned, for: gradient, turned: true), bias: nil)
    }
    let taps = kernel * kernel * inputs
    let turned = packedTurned.value {
      PackedMatrix(rows: outputs, columns: taps, weight.value.pointer, transposed: true)
    }
    if !isPointwise { return Im2col.inputGradient(gradient, shape(of: input), turned: turned) }
    let result = Tensor(uninitialized: input.shape)
    turned.parallelProduct(input.count / inputs, gradient.pointer, result.pointer)
    return result
  }

  public func backwardParameters(_ gradient: Tensor) {
    guard let (input, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    if training { accumulate(input, gradient) }
  }

  /// Weights transformed for the tiles of images [N, H, W, …].
  private func weights(
    _ kept: Derived<Winograd.Weights>, for images: Tensor, turned: Bool
  ) -> Winograd.Weights {
    let tiling = Winograd.Tiling(images.shape[1], images.shape[2])
    return kept.value(variant: tiling.size) {
      Winograd.Weights(weight.value, tiling, turned: turned)
    }
  }

  private func accumulate(_ input: Tensor, _ gradient: Tensor) {
    if let bias {
      channelSums(gradient, into: bias.gradient)
    }
    if isWinograd {
      Winograd.weightGradient(input, gradient, into: weight.gradient)
    } else if isPointwise {
      parallelGEMM(
        inputs, outputs, input.count / inputs, input.pointer, lda: inputs, transposeA: true,
        gradient.pointer, ldb: outputs, beta: 1, weight.gradient.pointer, ldc: outputs)
    } else {
      Im2col.weightGradient(input, gradient, shape(of: input), into: weight.gradient)
    }
  }
}

/// sums[c] += Σ x over every row and pixel of x [N, …, C]: by rows in parallel, then in order.
func channelSums(_ x: Tensor, into sums: Tensor) {
  let channels = sums.count
  let pixels = x.rowSize / channels
  let partial = Tensor(uninitialized: [x.rows, channels])
  parallel(x.rows, grain: 8) { rows in
    for row in rows {
      psr_channel_sums(
        pixels, channels, x.pointer + row * x.rowSize, partial.pointer + row * channels)
    }
  }
  for row in 0..<x.rows { psr_axpy(channels, 1, partial.pointer + row * channels, sums.pointer) }
}

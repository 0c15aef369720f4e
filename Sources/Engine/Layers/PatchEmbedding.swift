import CKernels

/// Cuts an image into patches and maps each linearly to a token: a convolution whose stride is
/// its kernel. [n, h, w, c] → [n, (h/p)·(w/p), width], tokens in reading order.
final class PatchEmbedding: Layer {
  private let patches: Patches
  private let width: Int
  private let weight: Parameter
  private let bias: Parameter
  private var kept: (patches: Tensor, training: Bool)?

  /// Names its parameters "`name`.weight" (a convolution's) and "`name`.bias".
  init(_ name: String, _ patches: Patches, width: Int, _ initializer: inout Initializer) {
    self.patches = patches
    self.width = width
    weight = Parameter(
      name + ".weight",
      initializer.xavierUniform(
        [patches.side, patches.side, patches.channels, width], fanIn: patches.size, fanOut: width),
      layout: .convolution)
    bias = Parameter(name + ".bias", Tensor(zeros: [width]))
  }

  var parameters: [Parameter] { [weight, bias] }

  func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let cut = patches.cut(input)
    if pass.keeps { kept = (cut, pass == .training) }
    let result = Tensor(uninitialized: [input.rows, patches.count, width])
    let rows = input.rows * patches.count
    let bias = bias.value.pointer
    for row in 0..<rows { (result.pointer + row * width).update(from: bias, count: width) }
    parallelGEMM(
      rows, width, patches.size, cut.pointer, lda: patches.size, weight.value.pointer, ldb: width,
      beta: 1, result.pointer, ldc: width)
    return result
  }

  func backward(_ gradient: Tensor) -> Tensor {
    guard let (cut, training) = kept else { preconditionFailure("backward without forward") }
    kept = nil
    let rows = gradient.rows * patches.count
    if training {
      parallelGEMM(
        patches.size, width, rows, cut.pointer, lda: patches.size, transposeA: true,
        gradient.pointer, ldb: width, beta: 1, weight.gradient.pointer, ldc: width)
      psr_column_sums(rows, width, width, gradient.pointer, bias.gradient.pointer)
    }
    let result = Tensor(uninitialized: cut.shape)
    parallelGEMM(
      rows, patches.size, width, gradient.pointer, lda: width, weight.value.pointer, ldb: width,
      transposeB: true, result.pointer, ldc: patches.size)
    return patches.join(result)
  }
}

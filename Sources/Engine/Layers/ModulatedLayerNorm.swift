import CKernels

/// Layer normalisation without weights, then a scale and shift that each sample brings:
/// LN(x)·(1 + scale) + shift (adaLN). ε is 1e-6.
///
/// A sample's shift and scale lie `width` floats apart in its row of modulations.
struct ModulatedLayerNorm {
  let tokens: Int
  let width: Int
  /// Floats in a sample's row of modulations, and where its shift and scale begin.
  let stride: Int
  let shift: Int
  let scale: Int

  /// For `samples` samples, on this thread; statistics get [samples·tokens, 2].
  func apply(
    _ input: UnsafePointer<Float>, samples: Int, modulation: UnsafePointer<Float>,
    statistics: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    let size = tokens * width
    for i in 0..<samples {
      let row = modulation + i * stride
      psr_layernorm(
        tokens, width, 1e-6, input + i * size, row + shift, row + scale,
        statistics + 2 * i * tokens, output + i * size)
    }
  }

  /// Adds the input's gradient to `result` and writes that of shift and scale.
  func applyBackward(
    _ input: UnsafePointer<Float>, samples: Int, modulation: UnsafePointer<Float>,
    statistics: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    addingTo result: UnsafeMutablePointer<Float>,
    modulationGradient: UnsafeMutablePointer<Float>
  ) {
    let size = tokens * width
    for i in 0..<samples {
      let row = modulationGradient + i * stride
      psr_layernorm_backward(
        tokens, width, input + i * size, modulation + i * stride + scale,
        statistics + 2 * i * tokens, gradient + i * size, result + i * size, row + shift,
        row + scale)
    }
  }
}

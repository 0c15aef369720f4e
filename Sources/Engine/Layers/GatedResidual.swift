import CKernels

/// x + gate·a, the gate being `width` floats of each sample's row of modulations.
struct GatedResidual {
  let tokens: Int
  let width: Int
  /// Floats in a sample's row of modulations, and where its gate begins.
  let stride: Int
  let gate: Int

  /// For `samples` samples, on this thread.
  func apply(
    _ input: UnsafePointer<Float>, samples: Int, modulation: UnsafePointer<Float>,
    adding branch: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    let size = tokens * width
    for i in 0..<samples {
      psr_gate(
        tokens, width, input + i * size, modulation + i * stride + gate, branch + i * size,
        output + i * size)
    }
  }

  /// Writes the branch's gradient and the gate's; the input's is `gradient` itself.
  func applyBackward(
    samples: Int, modulation: UnsafePointer<Float>, branch: UnsafePointer<Float>,
    _ gradient: UnsafePointer<Float>, branchGradient: UnsafeMutablePointer<Float>,
    modulationGradient: UnsafeMutablePointer<Float>
  ) {
    let size = tokens * width
    for i in 0..<samples {
      psr_gate_backward(
        tokens, width, modulation + i * stride + gate, branch + i * size, gradient + i * size,
        branchGradient + i * size, modulationGradient + i * stride + gate)
    }
  }
}

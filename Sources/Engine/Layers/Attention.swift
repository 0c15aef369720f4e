import CKernels

/// Softmax self-attention of every head, without its projections:
/// softmax(Q·Kᵀ/√headWidth)·V. [n, tokens, 3·width] (queries, keys, values, each heads by head
/// width, as in timm) → [n, tokens, width].
public final class Attention: Layer {
  private let tokens: Int
  private let heads: Int
  private let headWidth: Int
  private var kept: (input: Tensor, probabilities: Tensor)?

  public init(tokens: Int, width: Int, heads: Int) {
    precondition(width % heads == 0, "\(heads) heads do not divide \(width)")
    self.tokens = tokens
    self.heads = heads
    headWidth = width / heads
  }

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let samples = input.rows
    let width = heads * headWidth
    precondition(input.rowSize == tokens * 3 * width, "\(input.shape) into attention")
    let probabilities = Tensor(uninitialized: [samples, probabilityCount])
    if pass.keeps { kept = (input, probabilities) }
    let result = Tensor(uninitialized: [samples, tokens, width])
    parallel(samples, grain: 8) { range in
      let first = range.lowerBound
      apply(
        input.pointer + first * input.rowSize, samples: range.count,
        probabilities: probabilities.pointer + first * probabilityCount,
        result.pointer + first * result.rowSize)
    }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let (input, probabilities) = kept else {
      preconditionFailure("backward without forward")
    }
    kept = nil
    let result = Tensor(uninitialized: input.shape)
    parallel(input.rows, grain: 8) { range in
      let first = range.lowerBound
      applyBackward(
        input.pointer + first * input.rowSize, samples: range.count,
        probabilities: probabilities.pointer + first * probabilityCount,
        gradient.pointer + first * gradient.rowSize, result.pointer + first * input.rowSize)
    }
    return result
  }

  /// Floats of probabilities kept for a sample.
  var probabilityCount: Int { heads * tokens * psr_attention_row(tokens) }

  /// Attention of a few samples on this thread.
  func apply(
    _ input: UnsafePointer<Float>, samples: Int, probabilities: UnsafeMutablePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let scratch = Tensor(uninitialized: [psr_attention_scratch(tokens, headWidth)])
    let size = tokens * heads * headWidth
    for i in 0..<samples {
      psr_attention(
        tokens, heads, headWidth, input + i * 3 * size, probabilities + i * probabilityCount,
        output + i * size, scratch.pointer)
    }
  }

  /// Its input's gradient.
  func applyBackward(
    _ input: UnsafePointer<Float>, samples: Int, probabilities: UnsafePointer<Float>,
    _ gradient: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>
  ) {
    let scratch = Tensor(uninitialized: [psr_attention_scratch(tokens, headWidth)])
    let size = tokens * heads * headWidth
    for i in 0..<samples {
      psr_attention_backward(
        tokens, heads, headWidth, input + i * 3 * size, probabilities + i * probabilityCount,
        gradient + i * size, result + i * 3 * size, scratch.pointer)
    }
  }
}

import CKernels

/// A transformer block with adaLN-zero: attention and a GELU perceptron, each between a modulated
/// normalisation and a gated residual. Shift, scale and gate of both come from the condition.
///
/// A few samples run through the whole block on one thread, their activations staying in that
/// core's cache; only the weights' gradients are computed over all samples, tile by tile.
///
/// Source: Peebles and Xie, "Scalable diffusion models with transformers", ICCV 2023.
final class DiffusionTransformerBlock {
  private let tokens: Int
  private let width: Int
  private let hidden: Int
  private let modulation: Linear
  private let norm1: ModulatedLayerNorm
  private let qkv: Linear
  private let attention: Attention
  private let projection: Linear
  private let residual1: GatedResidual
  private let norm2: ModulatedLayerNorm
  private let expansion: Linear
  private let contraction: Linear
  private let residual2: GatedResidual
  private var kept: Kept?

  /// Named "`name`.attn.qkv" and so on, as in DiT's checkpoints.
  init(
    _ name: String, _ configuration: DiffusionTransformer.Configuration,
    _ initializer: inout Initializer
  ) {
    let width = configuration.width
    let tokens = configuration.tokens
    let stride = 6 * width
    self.tokens = tokens
    self.width = width
    hidden = width * configuration.mlpRatio
    modulation = Linear(name + ".adaLN_modulation.1", width, stride, .zero, &initializer)
    norm1 = ModulatedLayerNorm(
      tokens: tokens, width: width, stride: stride, shift: 0, scale: width)
    qkv = Linear(name + ".attn.qkv", width, 3 * width, .xavier, &initializer)
    attention = Attention(tokens: tokens, width: width, heads: configuration.heads)
    projection = Linear(name + ".attn.proj", width, width, .xavier, &initializer)
    residual1 = GatedResidual(tokens: tokens, width: width, stride: stride, gate: 2 * width)
    norm2 = ModulatedLayerNorm(
      tokens: tokens, width: width, stride: stride, shift: 3 * width, scale: 4 * width)
    expansion = Linear(name + ".mlp.fc1", width, hidden, .xavier, &initializer)
    contraction = Linear(name + ".mlp.fc2", hidden, width, .xavier, &initializer)
    residual2 = GatedResidual(tokens: tokens, width: width, stride: stride, gate: 5 * width)
  }

  var parameters: [Parameter] {
    [qkv, projection, expansion, contraction, modulation].flatMap(\.parameters)
  }

  /// What the backward pass needs.
  private struct Kept {
    let input: Tensor
    let modulations: Tensor
    let chunks: [Activations]
    let training: Bool
  }

  /// The activations of one chunk of samples, each [samples·tokens, …].
  private struct Activations {
    let normal1, statistics1, qkv, probabilities, attended, projected, middle: Tensor
    let normal2, statistics2, expanded, activated, contracted: Tensor

    init(_ block: DiffusionTransformerBlock, samples: Int, keeps: Bool) {
      let rows = samples * block.tokens
      func matrix(_ width: Int) -> Tensor { Tensor(uninitialized: [rows, width]) }
      normal1 = matrix(block.width)
      statistics1 = matrix(2)
      qkv = matrix(3 * block.width)
      probabilities = Tensor(uninitialized: [samples, block.attention.probabilityCount])
      attended = matrix(block.width)
      projected = matrix(block.width)
      middle = matrix(block.width)
      normal2 = matrix(block.width)
      statistics2 = matrix(2)
      expanded = matrix(block.hidden)
      activated = keeps ? matrix(block.hidden) : expanded
      contracted = matrix(block.width)
    }
  }

  /// The gradients of one chunk by the outputs of the four linear layers, and room for those by
  /// their inputs.
  private struct Gradients {
    let qkv, projected, expanded, contracted, input: Tensor

    init(_ block: DiffusionTransformerBlock, samples: Int) {
      let rows = samples * block.tokens
      qkv = Tensor(uninitialized: [rows, 3 * block.width])
      projected = Tensor(uninitialized: [rows, block.width])
      expanded = Tensor(uninitialized: [rows, block.hidden])
      contracted = Tensor(uninitialized: [rows, block.width])
      input = Tensor(uninitialized: [rows, block.width])
    }
  }

  /// About 64 rows of tokens to a chunk, whose activations fit the second-level cache; 256 in
  /// training, where the weights' gradients sum over a chunk's rows.
  private func chunks(_ samples: Int, training: Bool) -> [Range<Int>] {
    let rows = training ? 256 : 64
    let count = max(1, (samples * tokens + rows - 1) / rows)
    let grain = (samples + count - 1) / count
    return stride(from: 0, to: samples, by: grain).map { $0..<min(samples, $0 + grain) }
  }

  /// [n, tokens, width] and the activated condition [n, width], or that of sample i in row
  /// `own[i]`, → [n, tokens, width].
  func forward(_ input: Tensor, condition: Tensor, of own: [Int]?, _ pass: Pass) -> Tensor {
    let modulations = modulation.forward(condition, pass, of: own)
    let result = Tensor(uninitialized: input.shape)
    let chunks = chunks(input.rows, training: pass == .training)
    let activations =
      pass.keeps ? chunks.map { Activations(self, samples: $0.count, keeps: true) } : []
    parallel(chunks.count) { i in
      let chunk = chunks[i]
      run(
        input.pointer + chunk.lowerBound * input.rowSize, samples: chunk.count,
        modulation: modulations.pointer + chunk.lowerBound * modulations.rowSize,
        pass.keeps ? activations[i] : Activations(self, samples: chunk.count, keeps: false),
        result.pointer + chunk.lowerBound * input.rowSize)
    }
    kept =
      pass.keeps
      ? Kept(
        input: input, modulations: modulations, chunks: activations, training: pass == .training)
      : nil
    return result
  }

  private func run(
    _ input: UnsafePointer<Float>, samples: Int, modulation: UnsafePointer<Float>,
    _ a: Activations, _ output: UnsafeMutablePointer<Float>
  ) {
    let rows = samples * tokens
    norm1.apply(
      input, samples: samples, modulation: modulation, statistics: a.statistics1.pointer,
      a.normal1.pointer)
    qkv.apply(a.normal1.pointer, rows: rows, a.qkv.pointer)
    attention.apply(
      a.qkv.pointer, samples: samples, probabilities: a.probabilities.pointer, a.attended.pointer)
    projection.apply(a.attended.pointer, rows: rows, a.projected.pointer)
    residual1.apply(
      input, samples: samples, modulation: modulation, adding: a.projected.pointer,
      a.middle.pointer)
    norm2.apply(
      a.middle.pointer, samples: samples, modulation: modulation,
      statistics: a.statistics2.pointer, a.normal2.pointer)
    expansion.apply(a.normal2.pointer, rows: rows, a.expanded.pointer)
    psr_gelu(rows * hidden, a.expanded.pointer, a.activated.pointer)
    contraction.apply(a.activated.pointer, rows: rows, a.contracted.pointer)
    residual2.apply(
      a.middle.pointer, samples: samples, modulation: modulation, adding: a.contracted.pointer,
      output)
  }

  /// Turns the gradient by the output into that by the input, in place; returns the gradient by
  /// the condition, which a frozen pass does without.
  func backward(inPlace gradient: Tensor) -> Tensor? {
    guard let kept else { preconditionFailure("backward without forward") }
    self.kept = nil
    let chunks = chunks(gradient.rows, training: kept.training)
    let modulationGradient = Tensor(uninitialized: kept.modulations.shape)
    let gradients = kept.training ? chunks.map { Gradients(self, samples: $0.count) } : []
    parallel(chunks.count) { i in
      let chunk = chunks[i]
      let first = chunk.lowerBound
      runBackward(
        kept.input.pointer + first * gradient.rowSize, samples: chunk.count,
        modulation: kept.modulations.pointer + first * modulationGradient.rowSize, kept.chunks[i],
        kept.training ? gradients[i] : Gradients(self, samples: chunk.count),
        gradient: gradient.pointer + first * gradient.rowSize,
        modulationGradient: modulationGradient.pointer + first * modulationGradient.rowSize)
    }
    guard kept.training else { return nil }
    let pairs = Array(zip(kept.chunks, gradients))
    qkv.accumulate(pairs.map { ($0.normal1, $1.qkv) })
    projection.accumulate(pairs.map { ($0.attended, $1.projected) })
    expansion.accumulate(pairs.map { ($0.normal2, $1.expanded) })
    contraction.accumulate(pairs.map { ($0.activated, $1.contracted) })
    return modulation.backward(modulationGradient)
  }

  private func runBackward(
    _ input: UnsafePointer<Float>, samples: Int, modulation: UnsafePointer<Float>,
    _ a: Activations, _ g: Gradients, gradient: UnsafeMutablePointer<Float>,
    modulationGradient: UnsafeMutablePointer<Float>
  ) {
    let rows = samples * tokens
    residual2.applyBackward(
      samples: samples, modulation: modulation, branch: a.contracted.pointer, gradient,
      branchGradient: g.contracted.pointer, modulationGradient: modulationGradient)
    contraction.applyTransposed(g.contracted.pointer, rows: rows, g.expanded.pointer)
    psr_gelu_backward(
      rows * hidden, a.expanded.pointer, g.expanded.pointer, g.expanded.pointer)
    expansion.applyTransposed(g.expanded.pointer, rows: rows, g.input.pointer)
    norm2.applyBackward(
      a.middle.pointer, samples: samples, modulation: modulation,
      statistics: a.statistics2.pointer, g.input.pointer, addingTo: gradient,
      modulationGradient: modulationGradient)
    residual1.applyBackward(
      samples: samples, modulation: modulation, branch: a.projected.pointer, gradient,
      branchGradient: g.projected.pointer, modulationGradient: modulationGradient)
    projection.applyTransposed(g.projected.pointer, rows: rows, g.input.pointer)
    attention.applyBackward(
      a.qkv.pointer, samples: samples, probabilities: a.probabilities.pointer, g.input.pointer,
      g.qkv.pointer)
    qkv.applyTransposed(g.qkv.pointer, rows: rows, g.input.pointer)
    norm1.applyBackward(
      input, samples: samples, modulation: modulation, statistics: a.statistics1.pointer,
      g.input.pointer, addingTo: gradient, modulationGradient: modulationGradient)
  }
}

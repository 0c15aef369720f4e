import CKernels

/// A class-conditional diffusion transformer over latents (DiT with adaLN-zero). Parameters are
/// named as in facebookresearch/DiT; the output has the latent's channels (no learned variance).
///
/// Source: Peebles and Xie, "Scalable diffusion models with transformers", ICCV 2023.
public final class DiffusionTransformer {
  /// The network's size.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Channels of a token; a multiple of 4 and of `heads`.
    public var width: Int
    /// Number of blocks.
    public var depth: Int
    public var heads: Int
    /// Side of a patch in latent pixels.
    public var patch: Int
    /// The latent's height, width and channels.
    public var latent: [Int]
    public var classes: Int
    /// Hidden channels of a block's perceptron, in widths.
    public var mlpRatio: Int

    public init(
      width: Int, depth: Int, heads: Int, patch: Int, latent: [Int], classes: Int,
      mlpRatio: Int = 4
    ) {
      self.width = width
      self.depth = depth
      self.heads = heads
      self.patch = patch
      self.latent = latent
      self.classes = classes
      self.mlpRatio = mlpRatio
    }

    /// Tokens of a latent.
    public var tokens: Int { patches.count }

    /// Whether a network of this size can exist; configurations come from files.
    public var isValid: Bool {
      guard latent.count == 3, latent.allSatisfy({ $0 > 0 }), width > 0, depth > 0, heads > 0,
        patch > 0, classes > 0, mlpRatio > 0
      else { return false }
      return width % heads == 0 && width % 4 == 0 && latent[0] % patch == 0
        && latent[1] % patch == 0
    }

    var patches: Patches {
      Patches(side: patch, height: latent[0], width: latent[1], channels: latent[2])
    }
  }

  public let configuration: Configuration
  private let embedding: PatchEmbedding
  private let positions: Parameter
  private let timestepEmbedding: TimestepEmbedding
  private let labelEmbedding: LabelEmbedding
  private let conditionActivation = SiLU()
  private let blocks: [DiffusionTransformerBlock]
  private let finalModulation: Linear
  private let finalNorm: ModulatedLayerNorm
  private let finalLinear: Linear
  private var kept: Kept?

  /// What the final layer's backward pass needs.
  private struct Kept {
    let input: Tensor
    let modulations: Tensor
    let statistics: Tensor
    let training: Bool
  }

  /// Weights start as DiT's do: Xavier, with gates and the output at zero.
  public init(_ configuration: Configuration, initializer: inout Initializer) {
    precondition(configuration.isValid, "\(configuration)")
    let width = configuration.width
    let patches = configuration.patches
    self.configuration = configuration
    embedding = PatchEmbedding("x_embedder.proj", patches, width: width, &initializer)
    positions = Parameter(
      "pos_embed",
      positionEmbedding(
        rows: patches.height / patches.side, columns: patches.width / patches.side, width: width
      ).reshaped([1, patches.count, width]), isTrainable: false)
    timestepEmbedding = TimestepEmbedding("t_embedder", width: width, &initializer)
    labelEmbedding = LabelEmbedding(
      "y_embedder", classes: configuration.classes, width: width, &initializer)
    var blocks: [DiffusionTransformerBlock] = []
    for i in 0..<configuration.depth {
      blocks.append(DiffusionTransformerBlock("blocks.\(i)", configuration, &initializer))
    }
    self.blocks = blocks
    finalModulation = Linear(
      "final_layer.adaLN_modulation.1", width, 2 * width, .zero, &initializer)
    finalNorm = ModulatedLayerNorm(
      tokens: patches.count, width: width, stride: 2 * width, shift: 0, scale: width)
    finalLinear = Linear("final_layer.linear", width, patches.size, .zero, &initializer)
  }

  public var parameters: [Parameter] {
    [positions] + embedding.parameters + timestepEmbedding.parameters + labelEmbedding.parameters
      + blocks.flatMap(\.parameters) + finalLinear.parameters + finalModulation.parameters
  }

  /// The label that stands for "no class".
  public var nullLabel: Int { configuration.classes }

  /// Latents [n, h, w, c], a timestep and a label (or `nullLabel`) for each → [n, h, w, c].
  ///
  /// A sample's result depends on its place in the batch at most, not on the other samples.
  public func forward(
    _ latents: Tensor, timesteps: [Float], labels: [Int], _ pass: Pass
  ) -> Tensor {
    let samples = latents.rows
    precondition(
      timesteps.count == samples && labels.count == samples,
      "\(samples) latents, \(timesteps.count) timesteps, \(labels.count) labels")
    let distinct = pass == .training ? nil : DistinctConditions(timesteps, labels)
    let condition = timestepEmbedding.forward(distinct?.timesteps ?? timesteps, pass)
    let label = labelEmbedding.forward(distinct?.labels ?? labels, pass)
    condition.add(label)
    let activated = conditionActivation.forward(condition, pass)

    var x = embedding.forward(latents, pass)
    for i in 0..<samples {
      psr_axpy(x.rowSize, 1, positions.value.pointer, x.pointer + i * x.rowSize)
    }
    for block in blocks { x = block.forward(x, condition: activated, of: distinct?.own, pass) }

    let modulations = finalModulation.forward(activated, pass, of: distinct?.own)
    let statistics = Tensor(uninitialized: [samples, configuration.tokens, 2])
    let normal = Tensor(uninitialized: x.shape)
    parallel(samples, grain: 8) { range in
      let first = range.lowerBound
      finalNorm.apply(
        x.pointer + first * x.rowSize, samples: range.count,
        modulation: modulations.pointer + first * modulations.rowSize,
        statistics: statistics.pointer + first * statistics.rowSize,
        normal.pointer + first * x.rowSize)
    }
    kept =
      pass.keeps
      ? Kept(
        input: x, modulations: modulations, statistics: statistics, training: pass == .training)
      : nil
    return configuration.patches.join(finalLinear.forward(normal, pass))
  }

  /// The gradient by the latents, from that by the output; after a training pass it adds to the
  /// parameters' gradients too.
  @discardableResult
  public func backward(_ gradient: Tensor) -> Tensor {
    guard let kept else { preconditionFailure("backward without forward") }
    self.kept = nil
    let normalGradient = finalLinear.backward(configuration.patches.cut(gradient))
    let x = Tensor(zeros: normalGradient.shape)
    let modulationGradient = Tensor(uninitialized: kept.modulations.shape)
    parallel(x.rows, grain: 8) { range in
      let first = range.lowerBound
      finalNorm.applyBackward(
        kept.input.pointer + first * x.rowSize, samples: range.count,
        modulation: kept.modulations.pointer + first * modulationGradient.rowSize,
        statistics: kept.statistics.pointer + first * kept.statistics.rowSize,
        normalGradient.pointer + first * x.rowSize, addingTo: x.pointer + first * x.rowSize,
        modulationGradient: modulationGradient.pointer + first * modulationGradient.rowSize)
    }
    let condition = kept.training ? finalModulation.backward(modulationGradient) : nil
    for block in blocks.reversed() {
      if let part = block.backward(inPlace: x), let condition {
        condition.add(part)
      }
    }
    if let condition {
      let gradient = conditionActivation.backward(condition)
      timestepEmbedding.backward(gradient)
      labelEmbedding.backward(gradient)
    }
    return embedding.backward(x)
  }
}

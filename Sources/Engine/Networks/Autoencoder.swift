/// A KL autoencoder between images in −1...1 and latents.
///
/// Blocks and names are those of diffusers' `AutoencoderKL` with `mid_block_add_attention` off,
/// so weights can be mapped either way. Source: Rombach et al., "High-resolution image synthesis
/// with latent diffusion models", 2022.
public final class Autoencoder {
  /// The network's size.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Height, width, channels of the images.
    public var image: [Int]
    /// The side images are padded to by repeating their border, a multiple of `factor`.
    public var side: Int
    public var latentChannels: Int
    /// Channels of each level; every level after the first halves the side.
    public var blockChannels: [Int]
    /// Residual blocks of each level of the encoder; the decoder has one more.
    public var layersPerBlock: Int
    public var groups: Int
    /// The prior's latents are (posterior mean − shift)·scale: about mean 0 and variance 1.
    public var shift: Float
    public var scale: Float

    public init(
      image: [Int], side: Int, latentChannels: Int, blockChannels: [Int], layersPerBlock: Int,
      groups: Int
    ) {
      self.image = image
      self.side = side
      self.latentChannels = latentChannels
      self.blockChannels = blockChannels
      self.layersPerBlock = layersPerBlock
      self.groups = groups
      shift = 0
      scale = 1
    }

    /// Image pixels to a latent pixel, along a side.
    public var factor: Int { 1 << (blockChannels.count - 1) }

    /// Height, width and channels of a latent.
    public var latent: [Int] { [side / factor, side / factor, latentChannels] }

    /// Whether a network of this size can exist; configurations come from files.
    public var isValid: Bool {
      image.count == 3 && image[0] == image[1] && (16...64).contains(image[0])
        && [1, 3].contains(image[2]) && (image[0]...2 * image[0]).contains(side)
        && (1...64).contains(latentChannels) && (1...5).contains(blockChannels.count)
        && (1...4).contains(layersPerBlock) && (1...64).contains(groups)
        && blockChannels.allSatisfy { (1...1024).contains($0) && $0 % groups == 0 }
        && side % factor == 0 && shift.isFinite && scale.isFinite && scale > 0
    }
  }

  public var configuration: Configuration
  private let encoder: Sequential
  private let decoder: Sequential

  public init(_ configuration: Configuration, seed: UInt64) {
    precondition(configuration.isValid, "\(configuration)")
    self.configuration = configuration
    var initializer = Initializer(seed: seed)
    encoder = makeEncoder(configuration, &initializer)
    decoder = makeDecoder(configuration, &initializer)
  }

  public var parameters: [Parameter] { encoder.parameters + decoder.parameters }

  /// Images [N, H, W, C] → the posterior's mean and log-variance side by side,
  /// [N, h, w, 2·latentChannels].
  public func encodeMoments(_ images: Tensor, _ pass: Pass) -> Tensor {
    encoder.forward(
      padBorder(images, to: configuration.side), pass)
  }

  /// Adds to the encoder's gradients.
  public func backwardEncoder(_ moments: Tensor) { encoder.backwardParameters(moments) }

  /// Images [N, H, W, C] → latents for the prior [N, h, w, c]: the posterior's mean, normalised.
  public func encode(_ images: Tensor) -> Tensor {
    let moments = encodeMoments(images, .inference)
    let c = configuration.latentChannels
    let result = Tensor(uninitialized: Array(moments.shape.dropLast()) + [c])
    for pixel in 0..<result.count / c {
      for i in 0..<c {
        result.pointer[pixel * c + i] =
          (moments.pointer[pixel * 2 * c + i] - configuration.shift) * configuration.scale
      }
    }
    return result
  }

  /// Raw latents (before normalisation) → images, for training.
  public func decodeRaw(_ latents: Tensor, _ pass: Pass) -> Tensor {
    cropBorder(decoder.forward(latents, pass), to: configuration.image[0])
  }

  /// The gradient by raw latents.
  public func backwardDecoder(_ images: Tensor) -> Tensor {
    decoder.backward(spreadBorder(images, to: configuration.side))
  }

  /// Latents of the prior [N, h, w, c] → images [N, H, W, C], about −1...1.
  public func decode(_ latents: Tensor, _ pass: Pass = .inference) -> Tensor {
    let raw = latents.copy()
    raw.scale(by: 1 / configuration.scale)
    for i in 0..<raw.count { raw.pointer[i] += configuration.shift }
    return decodeRaw(raw, pass)
  }

  /// The gradient by latents of the prior.
  public func backwardDecode(_ images: Tensor) -> Tensor {
    let result = backwardDecoder(images)
    result.scale(by: 1 / configuration.scale)
    return result
  }
}

private func makeEncoder(_ c: Autoencoder.Configuration, _ initializer: inout Initializer)
  -> Sequential
{
  var layers: [any Layer] = [
    Convolution("encoder.conv_in", c.image[2], c.blockChannels[0], &initializer)
  ]
  var channels = c.blockChannels[0]
  for (level, outputs) in c.blockChannels.enumerated() {
    let name = "encoder.down_blocks.\(level)"
    for i in 0..<c.layersPerBlock {
      layers.append(
        PreactivationBlock(
          "\(name).resnets.\(i)", channels, outputs, groups: c.groups, &initializer))
      channels = outputs
    }
    if level < c.blockChannels.count - 1 {
      layers.append(
        Convolution(
          "\(name).downsamplers.0.conv", channels, channels, stride: 2, padding: 0, trailing: 1,
          &initializer))
    }
  }
  for i in 0..<2 {
    layers.append(
      PreactivationBlock(
        "encoder.mid_block.resnets.\(i)", channels, channels, groups: c.groups, &initializer))
  }
  layers += [
    GroupNorm(
      "encoder.conv_norm_out", groups: c.groups, channels: channels, activation: .silu,
      epsilon: 1e-6),
    Convolution("encoder.conv_out", channels, 2 * c.latentChannels, &initializer),
    Convolution(
      "quant_conv", 2 * c.latentChannels, 2 * c.latentChannels, kernel: 1, padding: 0,
      &initializer),
  ]
  return Sequential(layers)
}

private func makeDecoder(_ c: Autoencoder.Configuration, _ initializer: inout Initializer)
  -> Sequential
{
  let levels = Array(c.blockChannels.reversed())
  var channels = levels[0]
  var layers: [any Layer] = [
    Convolution(
      "post_quant_conv", c.latentChannels, c.latentChannels, kernel: 1, padding: 0, &initializer),
    Convolution("decoder.conv_in", c.latentChannels, channels, &initializer),
  ]
  for i in 0..<2 {
    layers.append(
      PreactivationBlock(
        "decoder.mid_block.resnets.\(i)", channels, channels, groups: c.groups, &initializer))
  }
  for (level, outputs) in levels.enumerated() {
    let name = "decoder.up_blocks.\(level)"
    for i in 0...c.layersPerBlock {
      layers.append(
        PreactivationBlock(
          "\(name).resnets.\(i)", channels, outputs, groups: c.groups, &initializer))
      channels = outputs
    }
    if level < levels.count - 1 {
      layers.append(NearestUpsample())
      layers.append(
        Convolution("\(name).upsamplers.0.conv", channels, channels, &initializer))
    }
  }
  layers += [
    GroupNorm(
      "decoder.conv_norm_out", groups: c.groups, channels: channels, activation: .silu,
      epsilon: 1e-6),
    Convolution("decoder.conv_out", channels, c.image[2], &initializer),
  ]
  return Sequential(layers)
}

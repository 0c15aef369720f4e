import CKernels

/// Group normalisation with the activation and, if asked, the 2×2 average pooling behind it, in
/// one pass over each image. As many groups as channels make it instance normalisation.
///
/// Source: Wu and He, "Group normalization", 2018; ε = 1e-5 as in PyTorch (diffusers uses 1e-6).
public final class GroupNorm: Layer {
  public let weight: Parameter
  public let bias: Parameter
  private let groups: Int
  let epsilon: Double
  private let activation: Activation
  private let pools: Bool
  private var kept: Kept?

  private struct Kept {
    var input: Tensor
    /// Per image and channel: a, b of z = a·x + b, the mean and 1/σ.
    var scale, shift, mean, reciprocal: Tensor
    var training: Bool
  }

  public init(
    _ name: String, groups: Int, channels: Int, activation: Activation = .identity,
    pools: Bool = false, epsilon: Double = 1e-5
  ) {
    precondition(channels % groups == 0)
    weight = Parameter(
      name + ".weight", Tensor([Float](repeating: 1, count: channels), shape: [channels]))
    bias = Parameter(name + ".bias", Tensor(zeros: [channels]))
    self.groups = groups
    self.activation = activation
    self.pools = pools
    self.epsilon = epsilon
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// [N, H, W, C] → the same, or [N, H/2, W/2, C] where it pools.
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let (n, h, w, c) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    let output = Tensor(uninitialized: pools ? [n, h / 2, w / 2, c] : input.shape)
    let scale = Tensor(uninitialized: [n, c])
    let shift = Tensor(uninitialized: [n, c])
    let mean = Tensor(uninitialized: [n, c])
    let reciprocal = Tensor(uninitialized: [n, c])
    parallel(n) { image in
      let x = input.pointer + image * input.rowSize
      let at = image * c
      statistics(x, pixels: h * w, mean: mean.pointer + at, reciprocal: reciprocal.pointer + at)
      let (a, b) = (scale.pointer + at, shift.pointer + at)
      for i in 0..<c {
        a[i] = weight.value.pointer[i] * reciprocal.pointer[at + i]
        b[i] = bias.value.pointer[i] - mean.pointer[at + i] * a[i]
      }
      let y = output.pointer + image * output.rowSize
      if pools {
        psr_affine_pool_forward(h, w, c, activation.code, a, b, x, y)
      } else {
        psr_affine_forward(h * w, c, activation.code, a, b, x, y)
      }
    }
    if pass.keeps {
      kept = Kept(
        input: input, scale: scale, shift: shift, mean: mean, reciprocal: reciprocal,
        training: pass == .training)
    }
    return output
  }

  /// Two passes for the variance, so a large mean costs no digits.
  private func statistics(
    _ x: UnsafePointer<Float>, pixels: Int, mean: UnsafeMutablePointer<Float>,
    reciprocal: UnsafeMutablePointer<Float>
  ) {
    let c = weight.value.count
    let size = c / groups
    psr_channel_sums(pixels, c, x, mean)
    for group in 0..<groups {
      var sum = 0.0
      for i in group * size..<(group + 1) * size { sum += Double(mean[i]) }
      let value = Float(sum / Double(pixels * size))
      for i in group * size..<(group + 1) * size { mean[i] = value }
    }
    psr_channel_squares(pixels, c, x, mean, reciprocal)
    for group in 0..<groups {
      var sum = 0.0
      for i in group * size..<(group + 1) * size { sum += Double(reciprocal[i]) }
      let value = Float(1 / (sum / Double(pixels * size) + epsilon).squareRoot())
      for i in group * size..<(group + 1) * size { reciprocal[i] = value }
    }
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let kept else { preconditionFailure("backward without forward") }
    self.kept = nil
    let input = kept.input
    let (n, h, w, c) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    let result = Tensor(uninitialized: input.shape)
    let sums = Tensor(uninitialized: [n, 2, c])
    parallel(n) { image in
      let x = input.pointer + image * input.rowSize
      let dx = result.pointer + image * input.rowSize
      let dy = gradient.pointer + image * gradient.rowSize
      let (a, b) = (kept.scale.pointer + image * c, kept.shift.pointer + image * c)
      let sumG = sums.pointer + image * 2 * c
      if pools {
        psr_affine_pool_backward(h, w, c, activation.code, a, b, x, dy, dx, sumG, sumG + c)
      } else {
        psr_affine_backward(h * w, c, activation.code, a, b, x, dy, dx, sumG, sumG + c)
      }
      apply(kept, image: image, pixels: h * w, sums: sumG, x, dx)
    }
    if kept.training { accumulate(kept, sums) }
    return result
  }

  /// dx = γ/σ·g − (mean(γg) + x̂·mean(γg·x̂))/σ within each group, as s·g + p·x + q per channel.
  private func apply(
    _ kept: Kept, image: Int, pixels: Int, sums: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>
  ) {
    let c = weight.value.count
    let size = c / groups
    let gamma = weight.value.pointer
    let (mean, reciprocal) = (kept.mean.pointer + image * c, kept.reciprocal.pointer + image * c)
    let coefficients = Storage(count: 2 * c)
    let (p, q) = (coefficients.pointer, coefficients.pointer + c)
    for group in 0..<groups {
      let channels = group * size..<(group + 1) * size
      let (m, r) = (Double(mean[channels.lowerBound]), Double(reciprocal[channels.lowerBound]))
      var plain = 0.0
      var weighted = 0.0
      for i in channels {
        plain += Double(gamma[i]) * Double(sums[i])
        weighted += Double(gamma[i]) * (Double(sums[c + i]) - m * Double(sums[i])) * r
      }
      plain /= Double(pixels * size)
      weighted /= Double(pixels * size)
      for i in channels {
        p[i] = Float(-r * r * weighted)
        q[i] = Float(r * r * weighted * m - r * plain)
      }
    }
    psr_affine_backward_apply(pixels, c, kept.scale.pointer + image * c, p, q, x, dx)
  }

  private func accumulate(_ kept: Kept, _ sums: Tensor) {
    let c = weight.value.count
    let (dGamma, dBeta) = (weight.gradient.pointer, bias.gradient.pointer)
    for image in 0..<sums.rows {
      let (sumG, sumGX) = (sums.pointer + image * 2 * c, sums.pointer + image * 2 * c + c)
      let (mean, reciprocal) = (kept.mean.pointer + image * c, kept.reciprocal.pointer + image * c)
      for i in 0..<c {
        dGamma[i] += (sumGX[i] - mean[i] * sumG[i]) * reciprocal[i]
        dBeta[i] += sumG[i]
      }
    }
  }
}

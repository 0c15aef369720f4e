import CKernels

/// A convolutional network's first block: 3×3 convolution, instance normalisation, ReLU and 2×2
/// average pooling of images with at most four channels.
///
/// The convolution's output is the largest tensor of such a network by far, and cheap: it is
/// computed anew wherever it is needed instead of being stored (`psr_stem_forward`), and its
/// statistics come from the moments of the image's 3×3 windows. Where the images' gradient is
/// asked for, the plain layers do the work; they are the yardstick too.
public final class Stem: Layer {
  private let convolution: Convolution
  private let norm: GroupNorm
  private let channels: Int
  private let outputs: Int
  private let padding: Int
  private var kept: Tensor?
  /// Turned off to hold the fast path against the plain layers.
  var fuses = true

  /// Parameters "`convolution`.weight", "`norm`.weight" and so on.
  public init(
    convolution name: String, norm normName: String, _ channels: Int, _ outputs: Int,
    padding: Int, _ initializer: inout Initializer
  ) {
    precondition(9 * channels <= Int(PSR_STEM_TAPS))
    self.channels = channels
    self.outputs = outputs
    self.padding = padding
    convolution = Convolution(name, channels, outputs, padding: padding, &initializer)
    norm = GroupNorm(
      normName, groups: outputs, channels: outputs, activation: .relu, pools: true)
  }

  public var parameters: [Parameter] { convolution.parameters + norm.parameters }

  /// [N, H, W, channels] → [N, (H + 2·padding − 2)/2, (W + 2·padding − 2)/2, outputs].
  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    precondition(input.shape[3] == channels, "\(input.shape) for \(channels) channels")
    if pass == .frozen || !fuses { return norm.forward(convolution.forward(input, pass), pass) }
    let windows = Windows(input, padding: padding)
    let result = Tensor(uninitialized: [
      input.rows, windows.height / 2, windows.width / 2, outputs,
    ])
    let taps = tapWeights()
    parallel(input.rows) { image in
      let planes = windows.planes(image)
      let s = Statistics(of: planes, windows, taps: taps, norm)
      psr_stem_forward(
        windows.height, windows.width, channels, outputs, planes.pointer, s.weights.pointer,
        s.shifts.pointer, result.pointer + image * result.rowSize)
    }
    if pass == .training { kept = input }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    if let input = kept {
      kept = nil
      _ = norm.forward(convolution.forward(input, .training), .training)
    }
    return convolution.backward(norm.backward(gradient))
  }

  public func backwardParameters(_ gradient: Tensor) {
    guard let input = kept else {
      convolution.backwardParameters(norm.backward(gradient))
      return
    }
    kept = nil
    let windows = Windows(input, padding: padding)
    let taps = tapWeights()
    // A partial sum for each of at most 16 fixed runs of images, then their sum in order: the
    // gradients of the taps, of the bias, of the norm's weight and of its bias.
    let grain = (input.rows + 15) / 16
    let runs = (input.rows + grain - 1) / grain
    let partial = Tensor(zeros: [runs, taps.rows + 3, outputs])
    parallel(input.rows, grain: grain) { images in
      let sums = partial.pointer + images.lowerBound / grain * partial.rowSize
      for image in images {
        accumulate(
          windows, image, taps, gradient.pointer + image * gradient.rowSize, into: sums)
      }
    }
    add(partial)
  }

  /// Adds one image's gradients to `sums` [taps + 3, outputs].
  private func accumulate(
    _ windows: Windows, _ image: Int, _ taps: Tensor, _ gradient: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let planes = windows.planes(image)
    let s = Statistics(of: planes, windows, taps: taps, norm)
    let (g, byTap) = (Tensor(uninitialized: [outputs]), Tensor(uninitialized: taps.shape))
    psr_stem_backward(
      windows.height, windows.width, channels, outputs, planes.pointer, s.weights.pointer,
      s.shifts.pointer, gradient, g.pointer, byTap.pointer)
    let (p, q) = (Tensor(uninitialized: [outputs]), Tensor(uninitialized: [outputs]))
    let n = Double(windows.count)
    let tail = sums + taps.count
    for o in 0..<outputs {
      // As in `GroupNorm`: dx = γ/σ·g + p·x + q with one channel to a group.
      var byValue = 0.0
      for k in 0..<taps.rows {
        byValue += Double(taps.pointer[k * outputs + o]) * Double(byTap.pointer[k * outputs + o])
      }
      let (m, r, total) = (s.mean[o], s.reciprocal[o], Double(g.pointer[o]))
      let weighted = (byValue - m * total) * r
      let gamma = Double(norm.weight.value.pointer[o]) / n
      p.pointer[o] = Float(-r * r * gamma * weighted)
      q.pointer[o] = Float(r * r * gamma * weighted * m - r * gamma * total)
      tail[o] +=
        s.scale.pointer[o] * g.pointer[o] + Float(n) * (p.pointer[o] * Float(m) + q.pointer[o])
      tail[outputs + o] += Float(weighted)
      tail[2 * outputs + o] += Float(total)
    }
    psr_stem_weight_gradient(
      taps.rows, outputs, s.sums, s.products, taps.pointer, s.scale.pointer, p.pointer, q.pointer,
      byTap.pointer, sums)
  }

  private func add(_ partial: Tensor) {
    let taps = partial.shape[1] - 3
    let sum = Tensor(zeros: [partial.rowSize])
    for run in 0..<partial.rows {
      psr_axpy(sum.count, 1, partial.pointer + run * sum.count, sum.pointer)
    }
    for k in 0..<taps {
      psr_axpy(
        outputs, 1, sum.pointer + k * outputs,
        convolution.weight.gradient.pointer + place(ofTap: k) * outputs)
    }
    let rest = [convolution.bias, norm.weight, norm.bias].compactMap { $0 }
    for (i, parameter) in rest.enumerated() {
      psr_axpy(outputs, 1, sum.pointer + (taps + i) * outputs, parameter.gradient.pointer)
    }
  }

  /// Taps go channel by channel, the convolution's weights [3, 3, channels, outputs] do not.
  private func place(ofTap k: Int) -> Int { k % 9 * channels + k / 9 }

  private func tapWeights() -> Tensor {
    let result = Tensor(uninitialized: [9 * channels, outputs])
    for k in 0..<result.rows {
      (result.pointer + k * outputs).update(
        from: convolution.weight.value.pointer + place(ofTap: k) * outputs, count: outputs)
    }
    return result
  }
}

/// The 3×3 windows of padded images.
private struct Windows {
  private let input: Tensor
  private let padding: Int
  /// Windows down and across: the convolution's output.
  let height: Int
  let width: Int

  init(_ input: Tensor, padding: Int) {
    self.input = input
    self.padding = padding
    height = input.shape[1] + 2 * padding - 2
    width = input.shape[2] + 2 * padding - 2
  }

  var count: Int { height * width }

  /// One image as planes [channels, height + 2, width + 2] with zeros around it.
  func planes(_ image: Int) -> Tensor {
    let (h, w, c) = (input.shape[1], input.shape[2], input.shape[3])
    let result = Tensor(zeros: [c, height + 2, width + 2])
    let from = input.pointer + image * input.rowSize
    for channel in 0..<c {
      for y in 0..<h {
        let row = (channel * (height + 2) + y + padding) * (width + 2) + padding
        for x in 0..<w { result.pointer[row + x] = from[(y * w + x) * c + channel] }
      }
    }
    return result
  }
}

/// What instance normalisation needs of one image, and the normalisation folded into the taps.
private struct Statistics {
  let sums, products: [Double]
  let mean, reciprocal: [Double]
  /// γ/σ, and taps and shifts that give normalised values.
  let scale, weights, shifts: Tensor

  init(of planes: Tensor, _ windows: Windows, taps: Tensor, _ norm: GroupNorm) {
    let (k, o) = (taps.rows, taps.rowSize)
    var sums = [Double](repeating: 0, count: k)
    var products = [Double](repeating: 0, count: k * k)
    psr_stem_moments(
      windows.height, windows.width, planes.rows, planes.pointer, &sums, &products)
    var mean = [Double](repeating: 0, count: o)
    var variance = [Double](repeating: 0, count: o)
    psr_stem_statistics(
      k, o, windows.count, sums, products, taps.pointer, &mean, &variance)
    self.sums = sums
    self.products = products
    self.mean = mean
    reciprocal = variance.map { 1 / (max($0, 0) + norm.epsilon).squareRoot() }
    scale = Tensor(uninitialized: [o])
    shifts = Tensor(uninitialized: [o])
    weights = Tensor(uninitialized: taps.shape)
    for i in 0..<o {
      let a = Double(norm.weight.value.pointer[i]) * reciprocal[i]
      scale.pointer[i] = Float(a)
      shifts.pointer[i] = Float(Double(norm.bias.value.pointer[i]) - mean[i] * a)
    }
    for tap in 0..<k {
      for i in 0..<o {
        weights.pointer[tap * o + i] = taps.pointer[tap * o + i] * scale.pointer[i]
      }
    }
  }
}

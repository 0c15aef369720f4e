import CKernels

/// The mean over all pixels: [N, H, W, C] → [N, C].
public final class GlobalAveragePool: Layer {
  private var shape: [Int] = []

  public init() {}

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    if pass.keeps { shape = input.shape }
    let c = input.shape[3]
    let pixels = input.rowSize / c
    let result = Tensor(uninitialized: [input.rows, c])
    parallel(input.rows, grain: 8) { images in
      for image in images {
        let mean = result.pointer + image * c
        psr_channel_sums(pixels, c, input.pointer + image * input.rowSize, mean)
        for i in 0..<c { mean[i] /= Float(pixels) }
      }
    }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    let c = shape[3]
    let result = Tensor(uninitialized: shape)
    let pixels = result.rowSize / c
    for image in 0..<result.rows {
      for pixel in 0..<pixels {
        let to = result.pointer + image * result.rowSize + pixel * c
        for i in 0..<c { to[i] = gradient.pointer[image * c + i] / Float(pixels) }
      }
    }
    return result
  }
}

/// The nearest neighbour twice in each direction: [N, H, W, C] → [N, 2H, 2W, C].
public final class NearestUpsample: Layer {
  private var shape: [Int] = []

  public init() {}

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    if pass.keeps { shape = input.shape }
    let (h, w, c) = (input.shape[1], input.shape[2], input.shape[3])
    let result = Tensor(uninitialized: [input.rows, 2 * h, 2 * w, c])
    parallel(input.rows) { image in
      let x = input.pointer + image * input.rowSize
      let y = result.pointer + image * result.rowSize
      for i in 0..<2 * h {
        for j in 0..<2 * w {
          (y + (i * 2 * w + j) * c).update(from: x + (i / 2 * w + j / 2) * c, count: c)
        }
      }
    }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    let (h, w, c) = (shape[1], shape[2], shape[3])
    let result = Tensor(zeros: shape)
    parallel(result.rows) { image in
      let dx = result.pointer + image * result.rowSize
      let dy = gradient.pointer + image * gradient.rowSize
      for i in 0..<2 * h {
        for j in 0..<2 * w {
          let to = dx + (i / 2 * w + j / 2) * c
          let from = dy + (i * 2 * w + j) * c
          for k in 0..<c { to[k] += from[k] }
        }
      }
    }
    return result
  }
}

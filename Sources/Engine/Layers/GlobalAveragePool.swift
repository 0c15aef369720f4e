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

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

/// [N, H, W, C] → [N, C·H·W], in PyTorch's order of channels first, so that the linear layer
/// behind it has the weights PyTorch's would have.
public final class Flatten: Layer {
  private var shape: [Int] = []

  public init() {}

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    if pass.keeps { shape = input.shape }
    return permute(input, toChannelsFirst: true).reshaped([input.rows, input.rowSize])
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    permute(gradient.reshaped(shape), toChannelsFirst: false)
  }

  private func permute(_ x: Tensor, toChannelsFirst: Bool) -> Tensor {
    let c = x.shape[3]
    let pixels = x.shape[1] * x.shape[2]
    if c == 1 || pixels == 1 { return x }
    let result = Tensor(uninitialized: x.shape)
    parallel(x.rows, grain: 8) { images in
      for image in images {
        let from = x.pointer + image * x.rowSize
        let to = result.pointer + image * x.rowSize
        for pixel in 0..<pixels {
          for channel in 0..<c {
            let (last, first) = (pixel * c + channel, channel * pixels + pixel)
            if toChannelsFirst { to[first] = from[last] } else { to[last] = from[first] }
          }
        }
      }
    }
    return result
  }
}

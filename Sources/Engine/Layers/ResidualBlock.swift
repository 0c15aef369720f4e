import CKernels

/// ResNet's basic block: relu(x' + bn(conv(relu(bn(conv(x)))))), x' projected by a strided 1×1
/// convolution where the shape changes.
///
/// Source: He et al., "Deep residual learning", 2015; names as in torchvision.
public final class ResidualBlock: Layer {
  private let branch: Sequential
  private let norm: BatchNorm
  private let shortcut: Sequential?
  private var output: Tensor?

  public init(
    _ name: String, _ inputs: Int, _ outputs: Int, stride: Int, _ initializer: inout Initializer
  ) {
    branch = Sequential([
      Convolution(
        name + ".conv1", inputs, outputs, stride: stride, bias: false, &initializer),
      BatchNorm(name + ".bn1", outputs, activation: .relu),
      Convolution(name + ".conv2", outputs, outputs, bias: false, &initializer),
    ])
    norm = BatchNorm(name + ".bn2", outputs)
    shortcut =
      stride == 1 && inputs == outputs
      ? nil
      : Sequential([
        Convolution(
          name + ".downsample.0", inputs, outputs, kernel: 1, stride: stride, padding: 0,
          bias: false, &initializer),
        BatchNorm(name + ".downsample.1", outputs),
      ])
  }

  public var parameters: [Parameter] {
    branch.parameters + norm.parameters + (shortcut?.parameters ?? [])
  }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let x = shortcut?.forward(input, pass) ?? input
    let result = norm.forward(branch.forward(input, pass), addingAndRelu: x, pass)
    if pass.keeps { output = result }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let output else { preconditionFailure("backward without forward") }
    self.output = nil
    let inner = Tensor(uninitialized: gradient.shape)
    parallel(gradient.count, grain: 1 << 15) { range in
      let first = range.lowerBound
      psr_relu_backward(
        range.count, output.pointer + first, gradient.pointer + first, inner.pointer + first)
    }
    let result = branch.backward(norm.backward(inner))
    result.add(shortcut?.backward(inner) ?? inner)
    return result
  }
}

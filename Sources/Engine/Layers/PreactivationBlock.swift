/// The autoencoder's residual block: x' + conv(silu(norm(conv(silu(norm(x)))))), x' projected by
/// a 1×1 convolution where the channels change. Names as diffusers' ResnetBlock2D without time.
public final class PreactivationBlock: Layer {
  private let branch: Sequential
  private let shortcut: Convolution?

  public init(
    _ name: String, _ inputs: Int, _ outputs: Int, groups: Int, _ initializer: inout Initializer
  ) {
    branch = Sequential([
      GroupNorm(
        name + ".norm1", groups: groups, channels: inputs, activation: .silu, epsilon: 1e-6),
      Convolution(name + ".conv1", inputs, outputs, &initializer),
      GroupNorm(
        name + ".norm2", groups: groups, channels: outputs, activation: .silu, epsilon: 1e-6),
      Convolution(name + ".conv2", outputs, outputs, &initializer),
    ])
    shortcut =
      inputs == outputs
      ? nil
      : Convolution(
        name + ".conv_shortcut", inputs, outputs, kernel: 1, padding: 0, &initializer)
  }

  public var parameters: [Parameter] { branch.parameters + (shortcut?.parameters ?? []) }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let result = branch.forward(input, pass)
    result.add(shortcut?.forward(input, pass) ?? input)
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    let result = branch.backward(gradient)
    result.add(shortcut?.backward(gradient) ?? gradient)
    return result
  }
}

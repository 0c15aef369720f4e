import CKernels

/// y = max(x, 0), elementwise.
public final class ReLU: Layer {
  private var output: Tensor?

  public init() {}

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    let result = Tensor(uninitialized: input.shape)
    for i in 0..<input.count { result.pointer[i] = max(input.pointer[i], 0) }
    if pass.keeps { output = result }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let output else { preconditionFailure("backward without forward") }
    self.output = nil
    let result = Tensor(uninitialized: gradient.shape)
    psr_relu_backward(gradient.count, output.pointer, gradient.pointer, result.pointer)
    return result
  }
}

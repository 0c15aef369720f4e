import CKernels

/// y = x·σ(x), elementwise.
public final class SiLU: Layer {
  private var kept: Tensor?

  public init() {}

  public var parameters: [Parameter] { [] }

  public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
    if pass.keeps { kept = input }
    let result = Tensor(uninitialized: input.shape)
    parallel(input.count, grain: 1 << 15) { range in
      psr_silu(range.count, input.pointer + range.lowerBound, result.pointer + range.lowerBound)
    }
    return result
  }

  public func backward(_ gradient: Tensor) -> Tensor {
    guard let input = kept else { preconditionFailure("backward without forward") }
    kept = nil
    let result = Tensor(uninitialized: input.shape)
    parallel(input.count, grain: 1 << 15) { range in
      let first = range.lowerBound
      psr_silu_backward(
        range.count, input.pointer + first, gradient.pointer + first, result.pointer + first)
    }
    return result
  }
}

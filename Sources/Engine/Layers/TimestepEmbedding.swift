import CKernels
import Foundation

/// Sinusoidal features of a timestep through two linear layers with SiLU between: [n] → [n, width].
/// Features and parameter names are DiT's `TimestepEmbedder`.
final class TimestepEmbedding {
  private static let features = 256
  private let first: Linear
  private let activation = SiLU()
  private let second: Linear

  init(_ name: String, width: Int, _ initializer: inout Initializer) {
    first = Linear(
      name + ".mlp.0", Self.features, width, .normal(deviation: 0.02), &initializer)
    second = Linear(name + ".mlp.2", width, width, .normal(deviation: 0.02), &initializer)
  }

  var parameters: [Parameter] { first.parameters + second.parameters }

  func forward(_ timesteps: [Float], _ pass: Pass) -> Tensor {
    let input = Self.sinusoids(timesteps)
    return second.forward(activation.forward(first.forward(input, pass), pass), pass)
  }

  func backward(_ gradient: Tensor) {
    _ = first.backward(activation.backward(second.backward(gradient)))
  }

  /// cos(t·ωᵢ), then sin(t·ωᵢ), with ωᵢ = 10000^(−i/128).
  static func sinusoids(_ timesteps: [Float]) -> Tensor {
    let half = features / 2
    let frequencies = (0..<half).map { Foundation.pow(10000, -Double($0) / Double(half)) }
    let result = Tensor(uninitialized: [timesteps.count, features])
    parallel(timesteps.count, grain: 8) { rows in
      for row in rows {
        let t = Double(timesteps[row])
        let output = result.pointer + row * features
        for i in 0..<half {
          output[i] = Float(Foundation.cos(t * frequencies[i]))
          output[half + i] = Float(Foundation.sin(t * frequencies[i]))
        }
      }
    }
    return result
  }
}

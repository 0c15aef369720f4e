/// Classifier-free guidance: u + scale·(c − u), c being the network's output for the label and u
/// that for none, both computed in one batch. (Ho and Salimans, "Classifier-free diffusion
/// guidance", 2022.) A scale of 1 asks for the label alone.
public struct Guidance: Sendable {
  public let scale: Float

  public init(scale: Float) { self.scale = scale }

  /// The guided output for latents [n, h, w, c] at one timestep.
  public func output(
    of network: DiffusionTransformer, _ latents: Tensor, timestep: Int, labels: [Int]
  ) -> Tensor {
    let n = latents.rows
    guard scale != 1 else {
      return network.forward(
        latents, timesteps: Array(repeating: Float(timestep), count: n), labels: labels,
        .inference)
    }
    let both = Tensor(uninitialized: [2 * n] + latents.shape.dropFirst())
    both.setRows(at: 0, latents)
    both.setRows(at: n, latents)
    let outputs = network.forward(
      both, timesteps: Array(repeating: Float(timestep), count: 2 * n),
      labels: labels + Array(repeating: network.nullLabel, count: n), .inference)
    let result = Tensor(uninitialized: latents.shape)
    for i in 0..<result.count {
      let free = outputs.pointer[result.count + i]
      result.pointer[i] = free + scale * (outputs.pointer[i] - free)
    }
    return result
  }
}

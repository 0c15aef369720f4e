import Testing

@testable import Engine

struct DiffusionTransformerTests {
  static let configuration = DiffusionTransformer.Configuration(
    width: 24, depth: 2, heads: 2, patch: 2, latent: [6, 4, 3], classes: 5)

  /// A small network whose weights, gates too, are all far from zero.
  static func network() -> DiffusionTransformer {
    var initializer = Initializer(seed: 3)
    let network = DiffusionTransformer(configuration, initializer: &initializer)
    for parameter in network.parameters where parameter.isTrainable {
      parameter.value = initializer.normal(parameter.value.shape, deviation: 0.25)
    }
    return network
  }

  static let timesteps: [Float] = [10, 400, 999]
  static let labels = [1, 5, 3]

  static func latents(_ count: Int = 3) -> Tensor {
    var random = Philox(seed: 8, .test)
    return random.normal([count, 6, 4, 3])
  }

  @Test(arguments: [Pass.training, .frozen]) func latentGradient(_ pass: Pass) {
    let network = Self.network()
    let latents = Self.latents()
    let forward = {
      network.forward(latents, timesteps: Self.timesteps, labels: Self.labels, pass)
    }
    var random = Philox(seed: 9, .test)
    let weights = random.normal(latents.shape)
    network.parameters.zeroGradients()
    _ = forward()
    let gradient = network.backward(weights)
    let error = gradientError(of: gradient, by: latents) { projection(forward(), on: weights) }
    #expect(error < 5e-3)
    if pass == .frozen {
      #expect(network.parameters.allSatisfy { $0.gradient.values.allSatisfy { $0 == 0 } })
    }
  }

  @Test(arguments: network().parameters.indices) func parameterGradient(_ index: Int) {
    let network = Self.network()
    let parameter = network.parameters[index]
    guard parameter.isTrainable else { return }
    let latents = Self.latents()
    let forward = {
      network.forward(latents, timesteps: Self.timesteps, labels: Self.labels, .training)
    }
    var random = Philox(seed: 9, .test)
    let weights = random.normal(latents.shape)
    network.parameters.zeroGradients()
    _ = forward()
    network.backward(weights)
    let error = gradientError(of: parameter.gradient, by: parameter.value, limit: 48) {
      projection(forward(), on: weights)
    }
    #expect(error < 1e-2, "\(parameter.name)")
  }
}

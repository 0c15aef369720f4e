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
    let error = gradientError(of: parameter.gradient, by: parameter, limit: 48) {
      projection(forward(), on: weights)
    }
    #expect(error < 1e-2, "\(parameter.name)")
  }

  @Test func agreesWithPyTorch() throws {
    let fixture = try TorchFixture("diffusion/transformer")
    var initializer = Initializer(seed: 1)
    let network = DiffusionTransformer(
      DiffusionTransformer.Configuration(
        width: 12, depth: 2, heads: 2, patch: 2, latent: [6, 4, 3], classes: 5),
      initializer: &initializer)
    // PyTorch's [out, in, kh, kw] → [kh, kw, in, out].
    func ours(_ tensor: Tensor, _ layout: ParameterLayout) -> Tensor {
      layout == .convolution ? permuted(tensor, [2, 3, 1, 0]) : tensor
    }
    for parameter in network.parameters {
      let value = ours(try fixture.tensor(parameter.name), parameter.layout)
      #expect(value.shape == parameter.value.shape, "\(parameter.name)")
      if parameter.isTrainable {
        parameter.value = value
      } else {
        #expect(relativeDifference(parameter.value, value) < 1e-6, "\(parameter.name)")
      }
    }
    let output = network.forward(
      try fixture.tensor("x"), timesteps: [3, 410, 999], labels: [2, 5, 0], .training)
    #expect(relativeDifference(output, try fixture.tensor("output")) < 5e-6)
    let gradient = network.backward(try fixture.tensor("gradient"))
    #expect(relativeDifference(gradient, try fixture.tensor("xGradient")) < 1e-5)
    for parameter in network.parameters where parameter.isTrainable {
      let expected = try fixture.tensor("gradient-of-" + parameter.name)
      let difference = relativeDifference(
        parameter.gradient, ours(expected, parameter.layout))
      #expect(difference < 1e-5, "\(parameter.name)")
    }
  }

  /// Big enough for several chunks and tiles.
  @Test func sameBitsWithAnyNumberOfThreads() {
    let results = [1, 2].map { threads in
      Threads.$count.withValue(threads) {
        let network = Self.network()
        network.parameters.zeroGradients()
        let output = network.forward(
          Self.latents(100), timesteps: (0..<100).map { Float($0 * 9) },
          labels: (0..<100).map { $0 % 6 }, .training)
        let gradient = network.backward(output)
        return [output.values, gradient.values] + network.parameters.map(\.gradient.values)
      }
    }
    #expect(results[0] == results[1])
  }

  /// Other samples of the batch do not enter a sample's result, not by a bit.
  @Test func samplesAreIndependent() {
    let network = Self.network()
    let latents = Self.latents(100)
    let run = { (latents: Tensor, label: Int) in
      network.forward(
        latents, timesteps: (0..<100).map { $0 == 70 ? 5 : Float(label * 100) },
        labels: (0..<100).map { $0 == 70 ? 1 : label }, .inference
      ).rows(70..<71).values
    }
    let other = latents.copy()
    for i in 0..<other.count where i / other.rowSize != 70 { other[i] = -3 * other[i] + 1 }
    #expect(run(latents, 2) == run(other, 3))
  }

  @Test func configurationsFromFilesAreChecked() {
    #expect(Self.configuration.isValid)
    var wrong = Self.configuration
    wrong.heads = 5
    #expect(!wrong.isValid)
    wrong = Self.configuration
    wrong.latent = [6, 4]
    #expect(!wrong.isValid)
    wrong = Self.configuration
    wrong.patch = 4
    #expect(!wrong.isValid)
  }
}

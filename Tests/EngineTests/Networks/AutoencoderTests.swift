import Testing

@testable import Engine

struct AutoencoderTests {
  /// Three levels of channels would be slow to check; two have every kind of layer. Images are
  /// padded from 16 to 18.
  static func network() -> Autoencoder {
    var configuration = Autoencoder.Configuration(
      image: [16, 16, 1], side: 18, latentChannels: 2, blockChannels: [4, 8], layersPerBlock: 1,
      groups: 2)
    configuration.shift = 0.3
    configuration.scale = 2.5
    return Autoencoder(configuration, seed: 1)
  }

  @Test func shapes() {
    let network = Self.network()
    var random = Philox(seed: 1, .test)
    let images = random.normal([3, 16, 16, 1])
    #expect(network.configuration.latent == [9, 9, 2])
    #expect(network.encodeMoments(images, .inference).shape == [3, 9, 9, 4])
    let latents = network.encode(images)
    #expect(latents.shape == [3, 9, 9, 2])
    #expect(network.decode(latents).shape == [3, 16, 16, 1])
  }

  /// Latents of the prior are the moments' means, shifted and scaled, and decode as these do.
  @Test func normalisationIsUndone() {
    let network = Self.network()
    var random = Philox(seed: 1, .test)
    let images = random.normal([2, 16, 16, 1])
    let moments = network.encodeMoments(images, .inference)
    let latents = network.encode(images)
    let means = Tensor(uninitialized: latents.shape)
    for i in 0..<means.count {
      means[i] = moments[i / 2 * 4 + i % 2]
      #expect(abs(latents[i] - (means[i] - 0.3) * 2.5) < 1e-5)
    }
    #expect(
      relativeDifference(network.decode(latents), network.decodeRaw(means, .inference)) < 1e-5)
  }

  @Test func decodeGradient() {
    let network = Self.network()
    var random = Philox(seed: 2, .test)
    let latents = random.normal([2, 9, 9, 2])
    let weights = random.normal([2, 16, 16, 1])
    network.parameters.zeroGradients()
    _ = network.decode(latents, .frozen)
    let gradient = network.backwardDecode(weights)
    let error = gradientError(of: gradient, by: latents) {
      projection(network.decode(latents, .frozen), on: weights)
    }
    #expect(error < 5e-3)
    #expect(network.parameters.allSatisfy { $0.gradient.values.allSatisfy { $0 == 0 } })
  }

  @Test(
    arguments: [
      { $0.side = 17 }, { $0.side = 33 }, { $0.side = 15 }, { $0.groups = 3 }, { $0.groups = 0 },
      { $0.blockChannels = [] }, { $0.blockChannels = [4, -4] }, { $0.image = [16, 18, 1] },
      { $0.scale = 0 }, { $0.shift = .nan }, { $0.latentChannels = 0 }, { $0.layersPerBlock = 5 },
    ] as [@Sendable (inout Autoencoder.Configuration) -> Void])
  func impossibleSizes(_ change: @Sendable (inout Autoencoder.Configuration) -> Void) {
    var configuration = Self.network().configuration
    #expect(configuration.isValid)
    change(&configuration)
    #expect(!configuration.isValid, "\(configuration)")
  }
}

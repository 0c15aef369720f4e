import Testing

@testable import Engine

struct GuidanceTests {
  @Test func oneBatchIsTwoPasses() {
    let network = DiffusionTransformerTests.network()
    let latents = DiffusionTransformerTests.latents()
    let labels = [0, 3, 4]
    let alone = { (labels: [Int]) in
      network.forward(latents, timesteps: [300, 300, 300], labels: labels, .inference)
    }
    let free = alone(Array(repeating: network.nullLabel, count: 3))
    let conditional = alone(labels)
    let guided = Guidance(scale: 2.5).output(
      of: network, latents, timestep: 300, labels: labels)
    #expect(relativeDifference(guided, combination(2.5, conditional, -1.5, free)) < 1e-5)
    let unguided = Guidance(scale: 1).output(of: network, latents, timestep: 300, labels: labels)
    #expect(unguided.values == conditional.values)
  }
}

import Foundation
import Testing

@testable import Engine

struct SamplerTests {
  private static func model(_ x: Tensor, _ timestep: Int) -> Tensor {
    Tensor(
      x.values.map { Foundation.tanhf(0.8 * $0 + Float(timestep) / 2000) - 0.3 * $0 },
      shape: x.shape)
  }

  @Test(arguments: [Sampler.ddim, .dpmSolver], [0, 1])
  func wholeLoopAgreesWithTheFormulas(_ sampler: Sampler, _ number: Int) throws {
    let fixture = try TorchFixture("diffusion/sampler")
    let latent = sampler.sample(
      try fixture.tensor("noise"), steps: [10, 7][number],
      schedule: NoiseSchedule(number == 0 ? .cosine : .linear),
      prediction: number == 0 ? .v : .epsilon, model: Self.model)
    let expected = try fixture.tensor("\(number).\(sampler.rawValue)")
    // With ε prediction the first latents are multiples of 1/√ᾱ₉₉₉ ≈ 160.
    #expect(relativeDifference(latent, expected) < (number == 0 ? 3e-6 : 3e-5))
  }

  @Test(arguments: [(NoiseSchedule.Kind.cosine, 0), (.linear, 1)])
  func schedules(_ kind: NoiseSchedule.Kind, _ number: Int) throws {
    let expected = try TorchFixture("diffusion/sampler").tensor("\(number).remaining")
    let found = NoiseSchedule(kind).remaining
    #expect(found.count == 1000)
    for (t, value) in found.enumerated() {
      #expect(abs(value - Double(expected[t])) < 1e-6 * value)
    }
  }

  /// With a model that knows the latent, both samplers return it, whatever the noise.
  @Test(arguments: [Sampler.ddim, .dpmSolver], [1, 2, 25])
  func perfectModel(_ sampler: Sampler, _ steps: Int) {
    var random = Philox(seed: 6, .test)
    let latent = random.normal([2, 2, 2, 3])
    let schedule = NoiseSchedule(.cosine)
    let found = sampler.sample(
      random.normal(latent.shape), steps: steps, schedule: schedule, prediction: .v
    ) { x, t in
      let (a, s) = (Float(schedule.signal(t)), Float(schedule.noise(t)))
      return combination(a / s, x, -1 / s, latent)
    }
    #expect(relativeDifference(found, latent) < 1e-4)
  }

  @Test func timestepsAreTrailing() {
    #expect(NoiseSchedule.timesteps(4) == [999, 749, 499, 249])
    #expect(NoiseSchedule.timesteps(1) == [999])
    #expect(NoiseSchedule.timesteps(1000) == Array((0..<1000).reversed()))
    #expect(NoiseSchedule.timesteps(7) == [999, 856, 713, 570, 428, 285, 142])
  }
}

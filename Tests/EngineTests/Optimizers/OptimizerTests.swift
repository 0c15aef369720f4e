import Testing

@testable import Engine

struct OptimizerTests {
  private func parameters(_ fixture: TorchFixture) throws -> [Parameter] {
    try ["a", "b"].map { Parameter($0, try fixture.tensor($0).copy()) }
  }

  private func follow(
    _ name: String, _ fixture: TorchFixture, _ parameters: [Parameter], _ optimizer: any Optimizer
  ) throws {
    let rates = try fixture.tensor("rates")
    let derived = Derived<Int>(of: parameters[0])
    for step in 0..<5 {
      #expect(derived.value { -1 } == -1)
      for parameter in parameters {
        let gradients = try fixture.tensor("\(parameter.name)Gradients")
        parameter.gradient = gradients.rows(step..<step + 1).reshaped(parameter.value.shape)
      }
      optimizer.step(rate: rates[step])
      #expect(optimizer.steps == step + 1 && derived.value { step } == step)
      parameters[0].changed()
      for parameter in parameters {
        let expected = try fixture.tensor("\(name).\(parameter.name).\(step)")
        #expect(relativeDifference(parameter.value, expected) < 2e-6, "\(name), step \(step)")
      }
    }
  }

  @Test func adamWAgreesWithPyTorch() throws {
    let fixture = try TorchFixture("engine/optimizers")
    let parameters = try parameters(fixture)
    try follow("adamw", fixture, parameters, AdamW(parameters, beta2: 0.99, decay: 0.1))
  }

  @Test func sgdAgreesWithPyTorch() throws {
    let fixture = try TorchFixture("engine/optimizers")
    let parameters = try parameters(fixture)
    try follow("sgd", fixture, parameters, SGD(parameters, momentum: 0.9, decay: 0.05))
  }

  @Test(arguments: [1, 100]) func clippingAgreesWithPyTorch(_ limit: Int) throws {
    let fixture = try TorchFixture("engine/optimizers")
    let parameters = try parameters(fixture)
    for parameter in parameters {
      let gradients = try fixture.tensor("\(parameter.name)Gradients")
      parameter.gradient = gradients.rows(0..<1).reshaped(parameter.value.shape)
    }
    let norm = clipGradients(parameters, limit: Float(limit))
    #expect(abs(norm - (try fixture.tensor("clip.\(limit).norm"))[0]) < 1e-5)
    for parameter in parameters {
      let expected = try fixture.tensor("clip.\(limit).\(parameter.name)")
      #expect(relativeDifference(parameter.gradient, expected) < 2e-6)
    }
  }

  /// Buffers are neither moved nor part of the norm.
  @Test func buffersAreLeftAlone() {
    let buffer = Parameter("running_mean", Tensor([1, 2], shape: [2]), isTrainable: false)
    let weight = Parameter("weight", Tensor([1, 2], shape: [2]))
    weight.gradient = Tensor([3, 4], shape: [2])
    #expect(clipGradients([buffer, weight], limit: 10) == 5)
    let optimizer = AdamW([buffer, weight], decay: 0.5)
    optimizer.step(rate: 0.1)
    #expect(buffer.value.values == [1, 2] && optimizer.state.count == 2)
    #expect(weight.value[0] != 1 && weight.value[1] != 2)
  }
}

import Testing

@testable import Engine

struct BatchNormTests {
  /// Two batches in training, whose statistics run into those that the third, evaluated, gets.
  @Test func agreesWithPyTorch() throws {
    let fixture = try TorchFixture("engine/batchnorm")
    let layer = BatchNorm("n", 4, activation: .relu)
    layer.weight.value = try fixture.tensor("weight")
    layer.bias.value = try fixture.tensor("bias")
    for batch in ["first", "second"] {
      layer.parameters.zeroGradients()
      let output = layer.forward(try fixture.tensor("\(batch).x"), .training)
      #expect(relativeDifference(output, try fixture.tensor("\(batch).output")) < 1e-5)
      let gradient = layer.backward(try fixture.tensor("\(batch).gradient"))
      #expect(relativeDifference(gradient, try fixture.tensor("\(batch).xGradient")) < 1e-5)
      let (weight, bias) = (layer.weight.gradient, layer.bias.gradient)
      #expect(relativeDifference(weight, try fixture.tensor("\(batch).weightGradient")) < 1e-5)
      #expect(relativeDifference(bias, try fixture.tensor("\(batch).biasGradient")) < 1e-5)
    }
    #expect(relativeDifference(layer.runningMean.value, try fixture.tensor("mean")) < 1e-5)
    #expect(relativeDifference(layer.runningVariance.value, try fixture.tensor("variance")) < 1e-5)

    let (x, expected) = (
      try fixture.tensor("evaluation.x"), try fixture.tensor("evaluation.output")
    )
    #expect(relativeDifference(layer.forward(x, .inference), expected) < 1e-5)
    #expect(relativeDifference(layer.forward(x, .frozen), expected) < 1e-5)
    let gradient = layer.backward(try fixture.tensor("evaluation.gradient"))
    #expect(relativeDifference(gradient, try fixture.tensor("evaluation.xGradient")) < 1e-5)
    #expect(relativeDifference(layer.runningMean.value, try fixture.tensor("mean")) < 1e-5)
  }
}

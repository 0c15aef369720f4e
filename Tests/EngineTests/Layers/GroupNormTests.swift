import Testing

@testable import Engine

struct GroupNormTests {
  @Test(arguments: [
    ("instance", 6, Activation.relu, true), ("groups", 2, .silu, false), ("pooled", 3, .silu, true),
  ])
  func agreesWithPyTorch(
    _ s: (name: String, groups: Int, activation: Activation, pools: Bool)
  ) throws {
    let fixture = try TorchFixture("engine/groupnorm")
    func tensor(_ part: String) throws -> Tensor { try fixture.tensor("\(s.name).\(part)") }
    let layer = GroupNorm(
      "n", groups: s.groups, channels: 6, activation: s.activation, pools: s.pools)
    layer.weight.value = try tensor("weight")
    layer.bias.value = try tensor("bias")
    let output = layer.forward(try tensor("x"), .training)
    #expect(output.shape == (try tensor("output")).shape)
    #expect(relativeDifference(output, try tensor("output")) < 1e-5)
    let gradient = layer.backward(try tensor("gradient"))
    #expect(relativeDifference(gradient, try tensor("xGradient")) < 2e-5)
    #expect(relativeDifference(layer.weight.gradient, try tensor("weightGradient")) < 1e-5)
    #expect(relativeDifference(layer.bias.gradient, try tensor("biasGradient")) < 1e-5)
  }
}

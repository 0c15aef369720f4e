import Testing

@testable import Engine

struct LinearTests {
  @Test(arguments: [Pass.training, .frozen]) func gradients(_ pass: Pass) {
    var initializer = Initializer(seed: 1)
    let layer = Linear("layer", 7, 5, .pytorch, &initializer)
    var random = Philox(seed: 1, .test)
    checkGradients(layer, input: random.normal([3, 2, 7]), pass: pass)
  }

  @Test func knownValues() {
    var initializer = Initializer(seed: 1)
    let layer = Linear("layer", 2, 3, .pytorch, &initializer)
    layer.weight.value = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    layer.bias.value = Tensor([0.5, 0, -0.5], shape: [3])
    let output = layer.forward(Tensor([1, 10], shape: [1, 2]), .inference)
    #expect(output.shape == [1, 3])
    #expect(output.values == [21.5, 43, 64.5])
  }

  @Test func parametersAreNamedAsInCheckpoints() {
    var initializer = Initializer(seed: 1)
    let layer = Linear("blocks.0.attn.qkv", 4, 12, .xavier, &initializer)
    #expect(layer.parameters.map(\.name) == ["blocks.0.attn.qkv.weight", "blocks.0.attn.qkv.bias"])
    #expect(layer.parameters.map(\.value.shape) == [[12, 4], [12]])
  }
}

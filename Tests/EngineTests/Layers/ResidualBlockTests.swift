import Testing

@testable import Engine

struct ResidualBlockTests {
  @Test(
    arguments: [Pass.training, .frozen], [(3, 3, 1), (3, 4, 2)]
  )
  func gradients(_ pass: Pass, _ s: (inputs: Int, outputs: Int, stride: Int)) {
    var initializer = Initializer(seed: 1)
    let block = ResidualBlock("b", s.inputs, s.outputs, stride: s.stride, &initializer)
    var random = Philox(seed: 1, .test)
    checkGradients(
      block, input: random.normal([3, 4, 4, s.inputs]), pass: pass, step: 1e-3, tolerance: 2e-2)
  }

  @Test func isNamedAsInCheckpoints() {
    var initializer = Initializer(seed: 1)
    let block = ResidualBlock("layer2.0", 2, 4, stride: 2, &initializer)
    let norm = ["weight", "bias", "running_mean", "running_var"]
    #expect(
      block.parameters.map(\.name)
        == ["layer2.0.conv1.weight"] + norm.map { "layer2.0.bn1." + $0 }
        + ["layer2.0.conv2.weight"] + norm.map { "layer2.0.bn2." + $0 }
        + ["layer2.0.downsample.0.weight"] + norm.map { "layer2.0.downsample.1." + $0 })
  }
}

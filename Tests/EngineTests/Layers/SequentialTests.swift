import Testing

@testable import Engine

struct SequentialTests {
  private func layers() -> Sequential {
    var initializer = Initializer(seed: 1)
    return Sequential([
      Convolution("a", 2, 3, &initializer),
      GroupNorm("b", groups: 1, channels: 3, activation: .silu),
      Flatten(),
      Linear("c", 36, 4, .pytorch, &initializer),
    ])
  }

  @Test(arguments: [Pass.training, .frozen]) func gradients(_ pass: Pass) {
    var random = Philox(seed: 1, .test)
    checkGradients(layers(), input: random.normal([2, 3, 4, 2]), pass: pass)
  }

  @Test func listsParametersInOrder() {
    #expect(
      layers().parameters.map(\.name)
        == ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"])
  }

  /// What spares the input's gradient adds the same to the parameters'.
  @Test func parametersAlone() {
    var random = Philox(seed: 2, .test)
    let (x, dy) = (random.normal([2, 3, 4, 2]), random.normal([2, 4]))
    let (whole, spared) = (layers(), layers())
    _ = whole.forward(x, .training)
    _ = whole.backward(dy)
    _ = spared.forward(x, .training)
    spared.backwardParameters(dy)
    #expect(whole.parameters.map(\.gradient.values) == spared.parameters.map(\.gradient.values))
    #expect(whole.parameters.allSatisfy { $0.gradient.values.contains { $0 != 0 } })
  }
}

import Testing

@testable import Engine

struct ReLUTests {
  @Test(arguments: [Pass.training, .frozen]) func gradients(_ pass: Pass) {
    var random = Philox(seed: 1, .test)
    let x = random.normal([4, 9])
    // Away from the kink, where there is no derivative to compare with.
    for i in 0..<x.count where abs(x[i]) < 0.01 { x[i] = 0.5 }
    checkGradients(ReLU(), input: x, pass: pass, step: 1e-3)
  }

  @Test func cutsAtZero() {
    let layer = ReLU()
    let y = layer.forward(Tensor([-2, -0.0, 0, 3], shape: [1, 4]), .training)
    #expect(y.values == [0, 0, 0, 3])
    #expect(layer.backward(Tensor([5, 5, 5, 5], shape: [1, 4])).values == [0, 0, 0, 5])
  }
}

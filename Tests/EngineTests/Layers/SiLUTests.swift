import Foundation
import Testing

@testable import Engine

struct SiLUTests {
  @Test(arguments: [Pass.training, .frozen]) func gradients(_ pass: Pass) {
    var random = Philox(seed: 1, .test)
    checkGradients(SiLU(), input: random.normal([4, 9]), pass: pass)
  }

  @Test func agreesWithTheFormula() {
    let inputs: [Float] = [-200, -88, -20, -1.5, -1e-3, 0, 1e-3, 0.7, 3, 40, 200]
    let outputs = SiLU().forward(Tensor(inputs, shape: [inputs.count]), .inference).values
    for (x, y) in zip(inputs, outputs) {
      let expected = Double(x) / (1 + exp(-Double(x)))
      #expect(abs(Double(y) - expected) <= 1e-6 * max(1, abs(expected)), "at \(x)")
    }
  }
}

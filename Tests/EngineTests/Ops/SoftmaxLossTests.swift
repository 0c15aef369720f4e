import Testing

@testable import Engine

struct SoftmaxLossTests {
  @Test(arguments: [1, 4]) func agreesWithPyTorch(_ temperature: Int) throws {
    let fixture = try TorchFixture("engine/loss")
    let (losses, gradient) = softmaxLoss(
      try fixture.tensor("\(temperature).logits"), targets: try fixture.tensor("targets"),
      temperature: Float(temperature))
    let expected = try fixture.tensor("\(temperature).losses")
    #expect(relativeDifference(Tensor(losses, shape: [4]), expected) < 1e-5)
    #expect(relativeDifference(gradient, try fixture.tensor("\(temperature).gradient")) < 1e-5)
  }

  /// Logits too far apart for an exponential in single precision.
  @Test func extremeLogitsStayFinite() {
    let logits = Tensor([1e4, -1e4, 0, -1e4, 1e4, 0], shape: [2, 3])
    let (losses, gradient) = softmaxLoss(logits, targets: oneHot([0, 0], classes: 3))
    #expect(losses[0] == 0 && losses[1] > 60 && losses[1].isFinite)
    #expect(gradient.values == [0, 0, 0, -0.5, 0.5, 0])
    #expect(softmax(logits).values == [1, 0, 0, 0, 1, 0])
  }

  @Test func oneHotRows() {
    #expect(oneHot([2, 0], classes: 3).values == [0, 0, 1, 1, 0, 0])
  }
}

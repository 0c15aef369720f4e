import Testing

@testable import Engine

struct AttentionTests {
  @Test(arguments: [(0, 5, 12, 3), (1, 16, 64, 2), (2, 21, 40, 2)])
  func agreesWithPyTorch(_ number: Int, _ tokens: Int, _ width: Int, _ heads: Int) throws {
    let fixture = try TorchFixture("diffusion/attention")
    let layer = Attention(tokens: tokens, width: width, heads: heads)
    let output = layer.forward(try fixture.tensor("\(number).qkv"), .training)
    let gradient = layer.backward(try fixture.tensor("\(number).gradient"))
    #expect(relativeDifference(output, try fixture.tensor("\(number).output")) < 2e-6)
    #expect(relativeDifference(gradient, try fixture.tensor("\(number).qkvGradient")) < 5e-6)
  }

  @Test(arguments: [1, 3, 16, 19]) func gradients(_ tokens: Int) {
    var random = Philox(seed: 1, .test)
    checkGradients(
      Attention(tokens: tokens, width: 14, heads: 2), input: random.normal([2, tokens, 42]))
  }

  /// Scores far apart must not overflow.
  @Test func largeScores() {
    let layer = Attention(tokens: 2, width: 1, heads: 1)
    let input = Tensor([100, 100, 1, 100, -100, 2], shape: [1, 2, 3])
    #expect(layer.forward(input, .inference).values == [1, 1])
  }
}

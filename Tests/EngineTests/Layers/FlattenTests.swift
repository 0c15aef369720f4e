import Testing

@testable import Engine

struct FlattenTests {
  @Test func ordersChannelsFirst() {
    let x = Tensor((0..<12).map(Float.init), shape: [1, 2, 3, 2])
    let y = Flatten().forward(x, .inference)
    #expect(y.shape == [1, 12])
    #expect(y.values == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
  }

  @Test(arguments: [[3, 2, 4, 5], [2, 3, 3, 1], [2, 1, 1, 6]]) func gradients(_ shape: [Int]) {
    var random = Philox(seed: 1, .test)
    checkGradients(Flatten(), input: random.normal(shape))
  }
}

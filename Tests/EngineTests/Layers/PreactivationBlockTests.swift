import Testing

@testable import Engine

struct PreactivationBlockTests {
  @Test(arguments: [Pass.training, .frozen], [4, 6])
  func gradients(_ pass: Pass, _ outputs: Int) {
    var initializer = Initializer(seed: 1)
    let block = PreactivationBlock("b", 4, outputs, groups: 2, &initializer)
    var random = Philox(seed: 1, .test)
    checkGradients(block, input: random.normal([2, 4, 3, 4]), pass: pass)
  }

  /// With a branch of zeros the block is the identity.
  @Test func addsItsInput() throws {
    var initializer = Initializer(seed: 1)
    let block = PreactivationBlock("b", 4, 4, groups: 2, &initializer)
    for parameter in block.parameters where parameter.name.hasPrefix("b.conv2") {
      parameter.value.fill(0)
      parameter.changed()
    }
    var random = Philox(seed: 1, .test)
    let x = random.normal([2, 4, 3, 4])
    #expect(block.forward(x, .inference).values == x.values)
  }
}

import Testing

@testable import Engine

struct NormalizationTests {
  @Test(arguments: [
    (1, Activation.identity, false), (3, .silu, false), (6, .silu, true), (2, .identity, true),
  ])
  func groupNormGradients(_ s: (groups: Int, activation: Activation, pools: Bool)) {
    let layer = GroupNorm(
      "n", groups: s.groups, channels: 6, activation: s.activation, pools: s.pools)
    var random = Philox(seed: 1, .test)
    layer.weight.value = random.normal([6])
    layer.bias.value = random.normal([6])
    checkGradients(layer, input: random.normal([3, 4, 5, 6]))
  }

  @Test func batchNormGradients() {
    let layer = BatchNorm("n", 5, activation: .silu)
    var random = Philox(seed: 2, .test)
    layer.weight.value = random.normal([5])
    checkGradients(layer, input: random.normal([3, 4, 4, 5]))
  }

  /// Each image and group of the output has mean 0 and variance 1 before scale and shift.
  @Test func groupNormNormalises() {
    let layer = GroupNorm("n", groups: 2, channels: 8)
    var random = Philox(seed: 3, .test)
    let x = random.normal([2, 6, 6, 8])
    for i in 0..<x.count { x[i] = x[i] * 3 + 100 }
    let y = layer.forward(x, .inference)
    for image in 0..<2 {
      for group in 0..<2 {
        var values: [Double] = []
        for pixel in 0..<36 {
          for channel in group * 4..<group * 4 + 4 {
            values.append(Double(y[(image * 36 + pixel) * 8 + channel]))
          }
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count) - mean * mean
        #expect(abs(mean) < 1e-4)
        #expect(abs(variance - 1) < 1e-3)
      }
    }
  }

  /// relu and pooling fused are the same as done after one another.
  @Test func poolingIsTheMeanOfTheActivation() {
    let fused = GroupNorm("n", groups: 4, channels: 4, activation: .relu, pools: true)
    let plain = GroupNorm("n", groups: 4, channels: 4, activation: .relu)
    var random = Philox(seed: 4, .test)
    let x = random.normal([2, 5, 6, 4])
    let (y, z) = (fused.forward(x, .inference), plain.forward(x, .inference))
    #expect(y.shape == [2, 2, 3, 4])
    for image in 0..<2 {
      for (i, j) in [(0, 0), (1, 2)] {
        for c in 0..<4 {
          func at(_ a: Int, _ b: Int) -> Float {
            z[((image * 5 + 2 * i + a) * 6 + 2 * j + b) * 4 + c]
          }
          let mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4
          #expect(abs(y[((image * 2 + i) * 3 + j) * 4 + c] - mean) < 1e-6)
        }
      }
    }
  }

  @Test func batchNormUsesRunningStatisticsWhenFrozen() {
    let layer = BatchNorm("n", 2)
    var random = Philox(seed: 5, .test)
    for _ in 0..<200 { _ = layer.forward(random.normal([16, 2, 2, 2]), .training) }
    let x = Tensor([10, -10, 10, -10], shape: [1, 1, 2, 2])
    let y = layer.forward(x, .frozen)
    #expect(abs(y[0] - 10) < 1 && abs(y[1] + 10) < 1)
    #expect(layer.forward(x, .inference).values == y.values)
  }

  @Test func upsampleAndPoolGradients() {
    var random = Philox(seed: 6, .test)
    checkGradients(NearestUpsample(), input: random.normal([2, 3, 2, 4]))
    checkGradients(GlobalAveragePool(), input: random.normal([2, 3, 2, 4]))
  }
}

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

  /// Each image and group of the output has mean 0 and variance 1 before scale and shift, though
  /// the input's mean is far from 0.
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

  @Test func upsampleAndPoolGradients() {
    var random = Philox(seed: 6, .test)
    checkGradients(NearestUpsample(), input: random.normal([2, 3, 2, 4]))
    checkGradients(GlobalAveragePool(), input: random.normal([2, 3, 2, 4]))
  }
}

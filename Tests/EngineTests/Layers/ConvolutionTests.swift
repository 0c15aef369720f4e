import Testing

@testable import Engine

/// The definition of a convolution, one output at a time.
private func reference(
  _ x: Tensor, _ weight: Tensor, bias: Tensor?, stride: Int, padding: Int
) -> Tensor {
  let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let (k, o) = (weight.shape[0], weight.shape[3])
  let (ho, wo) = ((h + 2 * padding - k) / stride + 1, (w + 2 * padding - k) / stride + 1)
  let y = Tensor(zeros: [n, ho, wo, o])
  for image in 0..<n {
    for oy in 0..<ho {
      for ox in 0..<wo {
        for out in 0..<o {
          var sum = bias.map { Double($0[out]) } ?? 0
          for i in 0..<k {
            for j in 0..<k {
              let (py, px) = (oy * stride + i - padding, ox * stride + j - padding)
              guard py >= 0, px >= 0, py < h, px < w else { continue }
              for channel in 0..<c {
                sum +=
                  Double(x[((image * h + py) * w + px) * c + channel])
                  * Double(weight[((i * k + j) * c + channel) * o + out])
              }
            }
          }
          y[((image * ho + oy) * wo + ox) * o + out] = Float(sum)
        }
      }
    }
  }
  return y
}

private func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
}

struct ConvolutionTests {
  struct Case: Sendable {
    var h, w, c, o, kernel, stride, padding: Int
  }

  static let cases = [
    Case(h: 5, w: 5, c: 1, o: 3, kernel: 3, stride: 1, padding: 3),
    Case(h: 8, w: 8, c: 16, o: 16, kernel: 3, stride: 1, padding: 1),
    Case(h: 7, w: 5, c: 17, o: 19, kernel: 3, stride: 1, padding: 1),
    Case(h: 1, w: 1, c: 16, o: 16, kernel: 3, stride: 1, padding: 1),
    Case(h: 13, w: 4, c: 33, o: 16, kernel: 3, stride: 1, padding: 1),
    Case(h: 9, w: 9, c: 5, o: 7, kernel: 3, stride: 2, padding: 1),
    Case(h: 6, w: 6, c: 4, o: 8, kernel: 1, stride: 2, padding: 0),
    Case(h: 6, w: 6, c: 4, o: 8, kernel: 1, stride: 1, padding: 0),
  ]

  @Test(arguments: cases) func agreesWithTheDefinition(_ s: Case) {
    var initializer = Initializer(seed: 1)
    let layer = Convolution(
      "c", s.c, s.o, kernel: s.kernel, stride: s.stride, padding: s.padding, &initializer)
    var random = Philox(seed: 2, .test)
    let x = random.normal([3, s.h, s.w, s.c])
    let expected = reference(
      x, layer.weight.value, bias: layer.bias?.value, stride: s.stride, padding: s.padding)
    let actual = layer.forward(x, .inference)
    #expect(actual.shape == expected.shape)
    #expect(largestDifference(actual, expected) < 1e-4)
  }

  @Test(arguments: cases) func gradients(_ s: Case) {
    var initializer = Initializer(seed: 3)
    let layer = Convolution(
      "c", s.c, s.o, kernel: s.kernel, stride: s.stride, padding: s.padding, &initializer)
    var random = Philox(seed: 4, .test)
    // A convolution is linear: a wide step adds no error and makes that of rounding small.
    checkGradients(layer, input: random.normal([2, s.h, s.w, s.c]), step: 0.1)
  }

  /// Both ways of one layer, over shapes that are no multiples of the tiles of either size.
  @Test(arguments: [
    (28, 28, 16, 32), (16, 16, 128, 128), (7, 9, 48, 20), (31, 3, 16, 65), (12, 11, 17, 33),
    (4, 4, 64, 16), (1, 13, 16, 47), (8, 5, 31, 16),
  ])
  func winogradAgreesWithIm2col(_ s: (h: Int, w: Int, c: Int, o: Int)) {
    var initializer = Initializer(seed: 5)
    let layer = Convolution("c", s.c, s.o, &initializer)
    var random = Philox(seed: 6, .test)
    let x = random.normal([9, s.h, s.w, s.c])
    let dy = random.normal([9, s.h, s.w, s.o])
    func run(_ winograd: Bool) -> [Tensor] {
      layer.allowsWinograd = winograd
      layer.parameters.zeroGradients()
      let y = layer.forward(x, .training)
      return [y, layer.backward(dy), layer.weight.gradient.copy()]
    }
    for (fast, plain) in zip(run(true), run(false)) {
      let scale = plain.values.map { abs($0) }.max() ?? 1
      let limit: Float = Winograd.Tiling(s.h, s.w).size == 8 ? 2e-4 : 2e-5
      #expect(largestDifference(fast, plain) < limit * scale)
    }
  }

  @Test func sameBitsForAnyNumberOfThreads() {
    let results = [1, 2, 3].map { threads in
      Threads.$count.withValue(threads) {
        var initializer = Initializer(seed: 7)
        let layer = Convolution("c", 32, 24, &initializer)
        var random = Philox(seed: 8, .test)
        let x = random.normal([21, 10, 10, 32])
        let y = layer.forward(x, .training)
        return y.values + layer.backward(y).values + layer.weight.gradient.values
      }
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test(arguments: [("winograd", 1), ("strided", 2)])
  func agreesWithPyTorch(_ s: (name: String, stride: Int)) throws {
    let fixture = try TorchFixture("engine/convolution")
    func tensor(_ part: String) throws -> Tensor { try fixture.tensor("\(s.name).\(part)") }
    let weight = try tensor("weight")
    var initializer = Initializer(seed: 1)
    let layer = Convolution(
      "c", weight.shape[2], weight.shape[3], stride: s.stride, &initializer)
    let bias = try #require(layer.bias)
    layer.weight.value = weight
    bias.value = try tensor("bias")
    let output = layer.forward(try tensor("x"), .training)
    #expect(output.shape == (try tensor("output")).shape)
    let limit: Float = s.stride == 1 ? 1e-4 : 1e-5
    #expect(relativeDifference(output, try tensor("output")) < limit)
    let gradient = layer.backward(try tensor("gradient"))
    #expect(relativeDifference(gradient, try tensor("xGradient")) < limit)
    #expect(relativeDifference(layer.weight.gradient, try tensor("weightGradient")) < limit)
    #expect(relativeDifference(bias.gradient, try tensor("biasGradient")) < 1e-5)
  }
}

import Testing

@testable import Engine

struct ImageScalingTests {
  private static let scaling = ImageScaling(mean: [0.2, 0.5, 0.8], sd: [0.1, 0.2, 0.4])

  @Test func bothWaysToStandardisedAgree() {
    let bytes = (0..<12).map { UInt8($0 * 23) }
    let direct = Self.scaling.standardised(bytes: bytes, shape: [1, 2, 2, 3])
    let symmetric = ImageScaling.symmetric(bytes: bytes, shape: [1, 2, 2, 3])
    #expect(relativeDifference(Self.scaling.standardised(symmetric: symmetric), direct) < 1e-5)
    #expect(abs(direct[4] - (4 * 23 / 255 - 0.5) / 0.2) < 1e-5)
    #expect(ImageScaling.bytes(symmetric: symmetric) == bytes)
  }

  @Test func bytesAreRoundedAndClamped() {
    let images = Tensor([-7, -1, -0.9999, 0, 0.999, 1, 3], shape: [7])
    #expect(ImageScaling.bytes(symmetric: images) == [0, 0, 0, 128, 255, 255, 255])
  }

  @Test func gradient() {
    var random = Philox(seed: 1, .test)
    let (images, weights) = (random.normal([1, 2, 2, 3]), random.normal([1, 2, 2, 3]))
    let gradient = weights.copy()
    Self.scaling.backward(gradient)
    let error = gradientError(of: gradient, by: images) {
      projection(Self.scaling.standardised(symmetric: images), on: weights)
    }
    #expect(error < 1e-3)
  }
}

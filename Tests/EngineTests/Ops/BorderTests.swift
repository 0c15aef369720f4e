import Testing

@testable import Engine

struct BorderTests {
  @Test func padsByRepeating() {
    let image = Tensor([1, 2, 3, 4], shape: [1, 2, 2, 1])
    let padded = padBorder(image, to: 5)
    #expect(padded.shape == [1, 5, 5, 1])
    #expect(
      padded.values == [
        1, 1, 2, 2, 2,
        1, 1, 2, 2, 2,
        3, 3, 4, 4, 4,
        3, 3, 4, 4, 4,
        3, 3, 4, 4, 4,
      ])
  }

  @Test(arguments: [6, 7, 8, 11]) func croppingUndoesPadding(_ side: Int) {
    var random = Philox(seed: 1, .test)
    let images = random.normal([3, 6, 6, 2])
    #expect(cropBorder(padBorder(images, to: side), to: 6).values == images.values)
  }

  @Test(arguments: [6, 7, 8, 11]) func spreadingIsTheTransposeOfCropping(_ side: Int) {
    var random = Philox(seed: 2, .test)
    let images = random.normal([3, side, side, 2])
    let gradient = random.normal([3, 6, 6, 2])
    let one = projection(cropBorder(images, to: 6), on: gradient)
    let other = projection(images, on: spreadBorder(gradient, to: side))
    #expect(abs(one - other) < 1e-9)
  }
}

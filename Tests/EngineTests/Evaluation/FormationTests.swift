import Testing

@testable import Engine

@Suite struct FormationTests {
  private let scaling = ImageScaling(mean: [0.5], sd: [0.25])

  /// Expected values are PyTorch's: `interpolate(x, scale_factor=…, mode="bilinear",
  /// align_corners=False)`.
  @Test func cellsGrowBilinearly() {
    let pair = Tensor([0, 1], shape: [1, 1, 2, 1])
    #expect(
      Resize.growing(height: 1, width: 2, by: 2)(pair).values == [
        0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1,
      ])
    let column = Tensor([0, 3, 9], shape: [1, 3, 1, 1])
    let grown = Resize.growing(height: 3, width: 1, by: 3)(column)
    #expect(grown.shape == [1, 9, 3, 1])
    let expected: [Float] = [0, 0, 1, 2, 3, 5, 7, 9, 9]
    for (row, value) in expected.enumerated() {
      for x in 0..<3 { #expect(abs(grown.values[row * 3 + x] - value) < 1e-5) }
    }
  }

  /// Four images of 2 × 4 pixels and two channels, each of one colour.
  @Test func anImageHoldsItsMembersByRows() {
    let formation = Formation(factor: 2)
    let image = [2, 4, 2]
    let colours: [[UInt8]] = [[10, 11], [20, 21], [30, 31], [40, 41]]
    let members = colours.flatMap { colour in (0..<8).flatMap { _ in colour } }
    let packed = formation.packed(members, image: image)
    #expect(
      packed == [10, 11, 10, 11, 20, 21, 20, 21, 30, 31, 30, 31, 40, 41, 40, 41])
    let scaling = ImageScaling(mean: [0, 0], sd: [1 / 255, 1 / 255])
    let seen = formation.unpacked(packed, image: image, scaling: scaling)
    #expect(seen.shape == [4] + image)
    for (value, member) in zip(seen.values, members) { #expect(abs(value - Float(member)) < 1e-3) }
  }

  @Test func aFactorOfOneChangesNothing() {
    let formation = Formation(factor: 1)
    let bytes: [UInt8] = [0, 100, 200, 255, 1, 2]
    #expect(formation.packed(bytes, image: [1, 3, 1]) == bytes)
    let images = scaling.standardised(bytes: bytes, shape: [2, 1, 3, 1])
    #expect(
      formation.unpacked(bytes, image: [1, 3, 1], scaling: scaling).values == images.values)
    #expect(formation.seen(images).values == images.values)
    #expect(formation.backward(images).values == images.values)
  }

  /// What refinement looks at is what students get, but for the rounding of cells to bytes.
  @Test(arguments: [2, 4]) func refinementSeesWhatStudentsSee(_ factor: Int) {
    let formation = Formation(factor: factor)
    let (image, count) = ([8, 4, 1], 2 * factor * factor)
    var random = Philox(seed: 3, .test)
    let bytes = (0..<count * 32).map { _ in UInt8(random.integer(below: 256)) }
    let packed = formation.packed(bytes, image: image)
    #expect(packed.count == 2 * 32)
    let seen = formation.unpacked(packed, image: image, scaling: scaling)
    let shown = formation.seen(scaling.standardised(bytes: bytes, shape: [count] + image))
    #expect(seen.shape == shown.shape)
    // Half a byte, at a deviation of a quarter of 255.
    for (a, b) in zip(seen.values, shown.values) { #expect(abs(a - b) < 0.51 / 255 / 0.25) }
  }

  /// ⟨seen(x), g⟩ = ⟨x, backward(g)⟩ for a linear map and its transpose.
  @Test(arguments: [2, 3]) func theGradientIsTheTransposed(_ factor: Int) {
    let formation = Formation(factor: factor)
    var random = Philox(seed: 5, .test)
    let (x, g) = (random.normal([2, 6, 12, 3]), random.normal([2, 6, 12, 3]))
    func dot(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (forward, backward) = (dot(formation.seen(x), g), dot(x, formation.backward(g)))
    #expect(abs(forward - backward) < 1e-4 * (1 + abs(forward)))
  }

  @Test func cellsMustFillAnImage() {
    #expect(Formation(factor: 2).divides([28, 32, 3]))
    #expect(!Formation(factor: 3).divides([27, 28, 1]))
  }
}

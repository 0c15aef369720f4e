import Testing

@testable import Engine

struct PNGTests {
  @Test func readsGrey() throws {
    let bitmap = try PNG.read(Fixture.bytes("grey.png"), name: "grey.png")
    #expect(
      bitmap == Bitmap(width: 20, height: 16, channels: 1, pixels: Fixture.greyPixels))
  }

  @Test func sixteenBitsBecomeEight() throws {
    let bitmap = try PNG.read(Fixture.bytes("grey16.png"), name: "grey16.png")
    #expect(bitmap.channels == 1)
    #expect(Fixture.largestDifference(bitmap.pixels, Fixture.greyPixels) <= 1)
  }

  @Test(arguments: ["rgb.png", "rgba.png"])
  func readsColorAndDropsAlpha(_ name: String) throws {
    let bitmap = try PNG.read(Fixture.bytes(name), name: name)
    #expect(bitmap == Bitmap(width: 20, height: 16, channels: 3, pixels: Fixture.rgbPixels))
  }

  @Test func greyAlphaIsGrey() throws {
    let bitmap = try PNG.read(Fixture.bytes("grey-alpha.png"), name: "grey-alpha.png")
    #expect(bitmap.channels == 1)
    #expect(bitmap.pixels == Fixture.greyPixels)
  }

  @Test func palettesAreExpanded() throws {
    let bitmap = try PNG.read(Fixture.bytes("palette.png"), name: "palette.png")
    #expect(bitmap.pixels == (try Fixture.bytes("palette.rgb")))
  }

  @Test(arguments: [1, 3]) func writtenIsReadBack(_ channels: Int) throws {
    var random = Philox(seed: 5, .test)
    let pixels = (0..<17 * 33 * channels).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let bitmap = Bitmap(width: 17, height: 33, channels: channels, pixels: pixels)
    let file = try PNG.write(bitmap)
    #expect(try PNG.read(file, name: "x") == bitmap)
    #expect(try PNG.write(bitmap) == file)
  }

  /// Pixels are what the file says, whatever screen it was made for.
  @Test func gammaChangesNothing() throws {
    let file = try Fixture.bytes("rgb.png")
    // Length, type, value and CRC, behind the header of 33 bytes: a gamma of 1.
    let chunk: [UInt8] = [0, 0, 0, 4] + Array("gAMA".utf8) + [0, 1, 134, 160, 49, 232, 150, 95]
    let linear = Array(file[..<33]) + chunk + Array(file[33...])
    #expect(try PNG.read(linear, name: "x").pixels == Fixture.rgbPixels)
  }

  @Test func refusesWhatIsTooLargeOrCutOff() throws {
    let file = try Fixture.bytes("rgb.png")
    #expect(Fixture.code { _ = try PNG.read(file, name: "x", limit: 19) } == .tooLarge)
    for length in 0..<file.count - 12 {
      // Without its last chunk, which holds nothing, a PNG may still be read.
      #expect(Fixture.code { _ = try PNG.read(Array(file.prefix(length)), name: "x") } == .corrupt)
    }
  }
}

import Testing

@testable import Engine

struct JPEGTests {
  /// libjpeg-turbo's decoder behind Pillow gave these pixels.
  @Test func readsColor() throws {
    let bitmap = try JPEG.read(Fixture.bytes("rgb.jpg"), name: "rgb.jpg")
    #expect((bitmap.width, bitmap.height, bitmap.channels) == (20, 16, 3))
    #expect(Fixture.largestDifference(bitmap.pixels, try Fixture.bytes("rgb.jpg.rgb")) <= 2)
  }

  @Test func readsGrey() throws {
    let bitmap = try JPEG.read(Fixture.bytes("grey.jpg"), name: "grey.jpg")
    #expect((bitmap.width, bitmap.height, bitmap.channels) == (20, 16, 1))
    let drawn = (0..<16).flatMap { y in (0..<20).map { x in UInt8(x * 6 + y * 4) } }
    #expect(Fixture.largestDifference(bitmap.pixels, drawn) <= 4)
  }

  @Test func refusesWhatItCannotRead() throws {
    let file = try Fixture.bytes("rgb.jpg")
    #expect(Fixture.code { _ = try JPEG.read(file, name: "x", limit: 19) } == .tooLarge)
    #expect(
      Fixture.code { _ = try JPEG.read(Fixture.bytes("cmyk.jpg"), name: "x") } == .unsupported)
    for length in stride(from: 0, to: file.count - 2, by: 7) {
      #expect(
        Fixture.code { _ = try JPEG.read(Array(file.prefix(length)), name: "x") } == .corrupt)
    }
  }

  @Test func bitmapTellsFormatsApart() throws {
    #expect(try Bitmap(decoding: Fixture.bytes("rgb.jpg"), name: "x").channels == 3)
    #expect(try Bitmap(decoding: Fixture.bytes("grey.png"), name: "x").channels == 1)
    #expect(
      Fixture.code { _ = try Bitmap(decoding: Array("GIF89a".utf8), name: "x") } == .unsupported)
  }
}

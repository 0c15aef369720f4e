import Testing

@testable import Engine

struct BitmapFontTests {
  @Test func everyPrintableCharacterIsDistinct() {
    let glyphs = (32...127).compactMap { Unicode.Scalar($0).map { Array(BitmapFont.columns($0)) } }
    // 95 characters and the box.
    #expect(Set(glyphs).count == 96)
    #expect(glyphs.allSatisfy { $0.count == 5 })
  }

  @Test func drawsALetter() {
    var bitmap = Bitmap(width: 5, height: 7, channels: 1, filled: 255)
    bitmap.draw("L", x: 0, y: 0, scale: 1)
    let rows = (0..<7).map { y in
      (0..<5).map { x in bitmap.pixels[y * 5 + x] == 0 ? "#" : "." }.joined()
    }
    #expect(rows == Array(repeating: "#....", count: 6) + ["#####"])
  }

  @Test func accentsAreLeftAway() {
    func drawn(_ text: String) -> Bitmap {
      var bitmap = Bitmap(width: 40, height: 8, channels: 1, filled: 255)
      bitmap.draw(text, x: 0, y: 0, scale: 1)
      return bitmap
    }
    #expect(drawn("\u{dc}n\u{ef}") == drawn("Uni"))
    #expect(drawn("\u{6f22}") != drawn("U"))
  }

  @Test func whatDoesNotFitIsLeftOut() {
    var bitmap = Bitmap(width: 20, height: 3, channels: 3, filled: 255)
    bitmap.draw("LLLLLLLL", x: -3, y: -2, scale: 2)
    #expect(bitmap.pixels.contains(0))
  }
}

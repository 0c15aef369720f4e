import Testing

@testable import Engine

/// Against Pillow, which rounds between its two passes too.
struct MiddleSquareTests {
  private func picture(_ name: String) throws -> Bitmap {
    try PNG.read(Fixture.bytes(name), name: name)
  }

  @Test(arguments: [16, 64]) func asPillowHasIt(side: Int) throws {
    let scaled = try picture("wide.png").middleSquare(side: side)
    let expected = try picture("wide-\(side).png")
    #expect((scaled.width, scaled.height, scaled.channels) == (side, side, 3))
    let differences = zip(scaled.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.max()! <= 1)
    #expect(differences.count { $0 == 1 } < differences.count / 10)
  }

  @Test func ofItsSizeAlreadyItIsCroppedAlone() throws {
    let wide = try picture("wide.png")
    let cropped = wide.middleSquare(side: 41)
    for y in 0..<41 {
      let row = (y * 52 + 5) * 3
      #expect(cropped.pixels[y * 41 * 3..<(y + 1) * 41 * 3] == wide.pixels[row..<row + 41 * 3])
    }
  }

  @Test func aTallOneLosesItsEnds() {
    let rows = (0..<50).flatMap { y in [UInt8](repeating: UInt8(y), count: 20) }
    let square = Bitmap(width: 20, height: 50, channels: 1, pixels: rows).middleSquare(side: 20)
    #expect(square.pixels == (15..<35).flatMap { [UInt8](repeating: $0, count: 20) })
  }
}

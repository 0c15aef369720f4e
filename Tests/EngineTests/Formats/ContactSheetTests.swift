import Testing

@testable import Engine

struct ContactSheetTests {
  private func sheet(channels: Int, scale: Int) -> ContactSheet {
    let image = { (value: UInt8) in [UInt8](repeating: value, count: 16 * 16 * channels) }
    return ContactSheet(
      image: [16, 16, channels], captions: ["first", "selected"],
      rows: [
        .init(label: "ant", groups: [[image(10), image(20)], [image(30)]]),
        .init(label: "bee", groups: [[image(40)], []]),
      ], scale: scale)
  }

  @Test(arguments: [(1, 1), (1, 2), (3, 3)])
  func everyImageIsThereOnceScaled(_ channels: Int, _ scale: Int) throws {
    let bitmap = try sheet(channels: channels, scale: scale).render()
    #expect(bitmap.channels == channels)
    for value in [10, 20, 30, 40] as [UInt8] {
      let count = bitmap.pixels.count { $0 == value }
      #expect(count == 16 * 16 * scale * scale * channels)
    }
    // Text is black.
    #expect(bitmap.pixels.contains(0))
    #expect(try PNG.read(PNG.write(bitmap), name: "x") == bitmap)
  }

  @Test func rowsAndGroupsAreInOrder() throws {
    let bitmap = try sheet(channels: 1, scale: 2).render()
    let place = { (value: UInt8) -> (x: Int, y: Int) in
      let index = bitmap.pixels.firstIndex(of: value) ?? -1
      return (index % bitmap.width, index / bitmap.width)
    }
    #expect(place(10).x < place(20).x && place(20).x < place(30).x)
    #expect(place(10).y == place(30).y)
    #expect(place(40).x == place(10).x)
    #expect(place(40).y == place(10).y + 16 * 2 + 2)
  }

  @Test func aGroupThatWouldMakeTooLongAStripGoesBelow() throws {
    let image = { (value: UInt8) in [UInt8](repeating: value, count: 16 * 16) }
    let many = Array(repeating: image(10), count: 100)
    let sheet = ContactSheet(
      image: [16, 16, 1], captions: ["first", "second", "third"],
      rows: [.init(label: "ant", groups: [many, many + [image(20)], [image(30)]])], scale: 1)
    let bitmap = try sheet.render()
    #expect(bitmap.width <= ContactSheet.widest)
    let place = { (value: UInt8) -> (x: Int, y: Int) in
      let index = bitmap.pixels.firstIndex(of: value) ?? -1
      return (index % bitmap.width, index / bitmap.width)
    }
    // 1,700 pixels each: the second is below the first, the third beside the second.
    #expect(place(20).y > place(10).y && place(20).y == place(30).y)
    #expect(place(20).x < place(30).x)
    #expect(bitmap.pixels.count { $0 == 10 } == 200 * 16 * 16)
  }

  @Test func tooManyImages() {
    var sheet = sheet(channels: 1, scale: 2)
    sheet.rows = Array(repeating: sheet.rows[1], count: 1000)
    #expect(Fixture.code { _ = try sheet.render() } == .tooLarge)
  }
}

import Engine
import Store
import Testing

@testable import Stages

struct SheetTests {
  @Test func aRefinedSelectionIsShownWithWhatItCameFrom() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/sheet.png"
    let report = try Sheet(selections: ["better"], path: path).run(RealPool.context(pool))
    #expect(report.groups == ["first", "two", "better"])
    #expect(report.images == 18)
    let sheet = try PNG.read(Files.read(path), name: path)
    #expect((sheet.width, sheet.height) == (report.width, report.height))
    // The first candidate's pixels, at twice the size, are on it.
    let image = try RealPool.images(0, 30..<31)
    let row = (0..<56).map { image[14 * 28 + $0 / 2] }
    let found = (0..<sheet.height).contains { y in
      let line = Array(sheet.pixels[y * sheet.width..<(y + 1) * sheet.width])
      return (0...sheet.width - 56).contains { line[$0..<$0 + 56].elementsEqual(row) }
    }
    #expect(found)
  }

  @Test func severalSelectionsAreShownAsNamed() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/sheet.png"
    let context = RealPool.context(pool)
    let report = try Sheet(selections: ["better", "two"], path: path).run(context)
    #expect(report.groups == ["better", "two"])
    #expect(report.images == 12)
    #expect(
      RealPool.code { _ = try Sheet(selections: ["none"], path: path).run(context) } == .notFound)
    #expect(RealPool.code { _ = try Sheet(selections: [], path: path).run(context) } == .usage)
    let nowhere = Sheet(selections: ["two"], path: "\(files.folder)/no/sheet.png")
    #expect(RealPool.code { _ = try nowhere.run(context) } == .notFound)
    let script = "\(files.folder)/sheet.py"
    try Files.write(Array("print()".utf8), to: script)
    let over = Sheet(selections: ["two"], path: script)
    #expect(RealPool.code { _ = try over.run(context) } == .usage)
    #expect(try Files.read(script) == Array("print()".utf8))
  }
}

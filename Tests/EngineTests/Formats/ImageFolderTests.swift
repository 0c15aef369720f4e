import Foundation
import Testing

@testable import Engine

struct ImageFolderTests {
  private func picture(_ value: UInt8, side: Int = 16, channels: Int = 1) throws -> [UInt8] {
    try PNG.write(Bitmap(width: side, height: side, channels: channels, filled: value))
  }

  /// Two classes of one or two images in both splits.
  private func fill(_ folder: String) throws {
    try Fixture.write(picture(1), "\(folder)/train/cat/a.png")
    try Fixture.write(picture(2), "\(folder)/train/cat/b.PNG")
    try Fixture.write(picture(3), "\(folder)/train/ant/1.png")
    try Fixture.write(picture(4), "\(folder)/test/cat/a.png")
    try Fixture.write(picture(5), "\(folder)/test/ant/a.png")
  }

  @Test func readsInTheOrderOfNames() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      try Fixture.write(Array("notes".utf8), "\(folder)/train/cat/notes.txt")
      try Fixture.write(Array("hidden".utf8), "\(folder)/train/.DS_Store")
      let (train, test) = try DatasetFormat.imageFolder.read(folder)
      #expect(train.classes == ["ant", "cat"])
      #expect(train.labels == [0, 1, 1])
      #expect((0..<3).map { train.images[$0 * 256] } == [3, 1, 2])
      #expect((0..<2).map { test.images[$0 * 256] } == [5, 4])
      #expect(train.sources.count == 3)
      let reversed = try DatasetFormat.imageFolder.read(folder, classes: ["cat", "ant"]).train
      #expect((0..<3).map { reversed.images[$0 * 256] } == [1, 2, 3])
    }
  }

  /// As folders are that one system packed and another unpacks.
  @Test func namesAreEqualHoweverTheyAreSpelt() throws {
    try Fixture.withFolder { folder in
      for (split, name) in [("train", "caf\u{e9}"), ("test", "cafe\u{301}")] {
        try Fixture.write(picture(1), "\(folder)/\(split)/\(name)/a.png")
        try Fixture.write(picture(2), "\(folder)/\(split)/ant/a.png")
      }
      let (train, test) = try DatasetFormat.imageFolder.read(folder)
      #expect(train.labels == [0, 1] && test.labels == [0, 1])
    }
  }

  /// Each case breaks the good folder in one way; the error names the file or class.
  @Test func damage() throws {
    let cases: [(String, [UInt8], FormatError.Code, String)] = [
      ("train/cat/more/a.png", try picture(1), .unsupported, "train/cat/more"),
      ("train/cat/c.pgm", try picture(1), .unsupported, "train/cat/c.pgm"),
      ("test/bee/a.png", try picture(1), .inconsistent, "bee"),
      ("train/cat/c.png", try picture(1, side: 18), .inconsistent, "train/cat/c.png"),
      ("test/cat/c.png", try picture(1, side: 500), .inconsistent, "test/cat/c.png"),
      ("train/cat/c.png", Array(try picture(1).dropLast(30)), .corrupt, "train/cat/c.png"),
      ("train/cat/c.jpg", Array("no picture".utf8), .unsupported, "train/cat/c.jpg"),
      ("train/ant/0.png", try picture(1, side: 65), .unsupported, "train/ant/0.png"),
    ]
    for (path, bytes, code, name) in cases {
      try Fixture.withFolder { folder in
        try fill(folder)
        try Fixture.write(bytes, "\(folder)/\(path)")
        let error = #expect(throws: FormatError.self) { try DatasetFormat.imageFolder.read(folder) }
        #expect(error?.code == code)
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test func splitsOfDifferentSize() throws {
    try Fixture.withFolder { folder in
      for label in ["ant", "cat"] {
        try Fixture.write(picture(1), "\(folder)/train/\(label)/a.png")
        try Fixture.write(picture(1, side: 32), "\(folder)/test/\(label)/a.png")
      }
      #expect(Fixture.code { _ = try DatasetFormat.imageFolder.read(folder) } == .inconsistent)
    }
  }

  @Test func greyAmongColoursIsRGB() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      try Fixture.write(picture(6, channels: 3), "\(folder)/test/cat/b.png")
      let (train, test) = try DatasetFormat.imageFolder.read(folder)
      #expect((train.image, test.image) == ([16, 16, 3], [16, 16, 3]))
      #expect(train.images == [3, 1, 2].flatMap { [UInt8](repeating: $0, count: 768) })
      #expect(test.images == [5, 4, 6].flatMap { [UInt8](repeating: $0, count: 768) })
    }
  }

  @Test func picturesOfAnySizeAreCroppedAndScaled() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      let wide = try Fixture.bytes("wide.png")
      try Fixture.write(wide, "\(folder)/train/cat/wide.png")
      let (train, test) = try DatasetFormat.imageFolder.read(folder, size: 64)
      #expect((train.image, test.image) == ([64, 64, 3], [64, 64, 3]))
      #expect(train.images.prefix(64 * 64 * 3).allSatisfy { $0 == 3 })
      let scaled = try Bitmap(decoding: wide, name: "wide").middleSquare(side: 64)
      #expect(Array(train.images.suffix(64 * 64 * 3)) == scaled.pixels)
    }
  }

  @Test func valIsTheTestSplitWhereThereIsNoOther() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      try Fixture.write(picture(6), "\(folder)/val/cat/a.png")
      try Fixture.write(picture(7), "\(folder)/val/ant/a.png")
      func test() throws -> [UInt8] {
        let images = try DatasetFormat.imageFolder.read(folder).test.images
        return [images[0], images[256]]
      }
      #expect(try test() == [5, 4])
      try FileManager.default.removeItem(atPath: "\(folder)/test")
      #expect(try test() == [7, 6])
    }
  }

  @Test func aClassMayHaveNothingToBeTestedOn() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      try Fixture.write(picture(9), "\(folder)/train/dog/a.png")
      for empty in [false, true] {
        if empty {
          try FileManager.default.createDirectory(
            atPath: "\(folder)/test/dog", withIntermediateDirectories: false)
        }
        let (train, test) = try DatasetFormat.imageFolder.read(folder)
        #expect(train.classes == ["ant", "cat", "dog"] && test.classes == train.classes)
        #expect(train.positionsByClass()[2].count == 1 && test.positionsByClass()[2].isEmpty)
      }
    }
  }

  @Test func classesAskedForThatAreNotThere() throws {
    try Fixture.withFolder { folder in
      try fill(folder)
      #expect(
        Fixture.code { _ = try DatasetFormat.imageFolder.read(folder, classes: ["ant", "cow"]) }
          == .inconsistent)
      #expect(
        Fixture.code { _ = try DatasetFormat.imageFolder.read("\(folder)/train") } == .missing)
    }
  }
}

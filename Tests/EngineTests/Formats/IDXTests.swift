import Testing

@testable import Engine

struct IDXTests {
  /// The Debian package dataset-fashion-mnist, which tests depend on.
  static let fashionMNIST = "/usr/share/datasets/fashion-mnist"

  @Test func fashionMNISTIsWhole() throws {
    let (train, test) = try DatasetFormat.idx.read(IDXTests.fashionMNIST)
    #expect((train.count, test.count) == (60_000, 10_000))
    #expect(train.image == [28, 28, 1])
    #expect(train.classes == (0..<10).map(String.init))
    #expect(train.positionsByClass().map(\.count) == Array(repeating: 6000, count: 10))
    #expect(test.positionsByClass().map(\.count) == Array(repeating: 1000, count: 10))
    #expect(train.sources.count == 2)
    // The known statistics of the training pixels.
    let (mean, sd) = train.channelStatistics()
    #expect(abs(mean[0] - 0.2860) < 1e-4)
    #expect(abs(sd[0] - 0.3530) < 1e-4)
  }

  @Test func readsPlainAndGzippedFiles() throws {
    let (train, test) = try DatasetFormat.idx.read(
      "\(Fixture.folder)/idx", classes: ["a", "b", "c"])
    #expect(train.labels == [0, 1, 2, 0, 1, 2])
    #expect(train.classes == ["a", "b", "c"])
    #expect(test.count == 3)
    let expected: [UInt8] = (0..<1536).map { UInt8($0 % 251) }
    #expect(train.images == expected)
    #expect(train.positionsByClass() == [[0, 3], [1, 4], [2, 5]])
    #expect(train.images(at: [5, 0]) == Array(train.images[1280...] + train.images[..<256]))
  }

  @Test func fewerNamesThanLabels() {
    #expect(
      Fixture.code {
        _ = try DatasetFormat.idx.read("\(Fixture.folder)/idx", classes: ["a", "b"])
      } == .inconsistent)
  }

  @Test func aMissingFileIsNamed() throws {
    try Fixture.withFolder { folder in
      let error = #expect(throws: FormatError.self) { try DatasetFormat.idx.read(folder) }
      #expect(error?.code == .missing)
      #expect(error?.message.contains("train-images-idx3-ubyte") == true)
      #expect(Fixture.code { _ = try DatasetFormat.idx.read("\(folder)/none") } == .missing)
    }
  }

  private func header(_ magic: Int, _ sizes: [Int]) -> [UInt8] {
    ([magic] + sizes).flatMap { value in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
  }

  @Test func lyingHeaders() {
    let good = header(0x801, [3]) + [1, 2, 3]
    #expect(Fixture.code { _ = try IDX.array(good, name: "x", dimensions: 1) } == nil)
    for (bytes, code) in [
      (Array(good.dropLast()), FormatError.Code.truncated), (good + [4], .corrupt),
      (header(0x803, [3]) + [1, 2, 3], .corrupt), (header(0x801, []), .truncated), ([], .truncated),
      (header(0x801, [0xffff_ffff]) + [1], .truncated),
    ] {
      #expect(Fixture.code { _ = try IDX.array(bytes, name: "x", dimensions: 1) } == code)
    }
    let large = header(0x803, [0xffff_ffff, 0xffff_ffff, 0xffff_ffff])
    #expect(Fixture.code { _ = try IDX.array(large, name: "x", dimensions: 3) } == .tooLarge)
  }

  @Test func splitsOfDifferentSize() throws {
    try Fixture.withFolder { folder in
      for (split, side) in [("train", 16), ("t10k", 18)] {
        try Fixture.write(
          header(0x803, [2, side, side]) + [UInt8](repeating: 0, count: 2 * side * side),
          "\(folder)/\(split)-images-idx3-ubyte")
        try Fixture.write(header(0x801, [2]) + [0, 1], "\(folder)/\(split)-labels-idx1-ubyte")
      }
      #expect(Fixture.code { _ = try DatasetFormat.idx.read(folder) } == .inconsistent)
    }
  }

  @Test func imagesAndLabelsOfDifferentNumber() {
    let images = header(0x803, [2, 16, 16]) + [UInt8](repeating: 0, count: 512)
    let labels = header(0x801, [3]) + [0, 1, 0]
    #expect(
      Fixture.code { _ = try IDX.split(images: images, labels: labels, sources: ["i", "l"]) }
        == .inconsistent)
    // Before the images are unpacked, which may be very many.
    for (sizes, code) in [
      ([1 << 20, 16, 16], FormatError.Code.inconsistent), ([3, 8, 8], .unsupported),
      ([3, 32_768, 32_768], .unsupported),
    ] {
      #expect(
        Fixture.code {
          _ = try IDX.split(images: header(0x803, sizes), labels: labels, sources: ["i", "l"])
        } == code)
    }
  }
}

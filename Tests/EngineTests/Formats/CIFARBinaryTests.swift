import Testing

@testable import Engine

struct CIFARBinaryTests {
  /// A record whose plane c holds (pixel + c) % 256.
  private func record(_ labels: [UInt8]) -> [UInt8] {
    labels + (0..<3).flatMap { c in (0..<1024).map { UInt8(truncatingIfNeeded: $0 + c) } }
  }

  @Test func planesBecomeInterleaved() throws {
    let (images, labels) = try CIFARBinary.records(
      record([7]) + record([2]), name: "x", labelBytes: 1)
    #expect(labels == [7, 2])
    #expect(images.count == 2 * 3072)
    #expect(Array(images[3072..<3078]) == [0, 1, 2, 1, 2, 3])
  }

  @Test func readsCIFAR10() throws {
    try Fixture.withFolder { folder in
      try Fixture.write(record([0]) + record([1]), "\(folder)/data_batch_1.bin")
      try Fixture.write(record([2]), "\(folder)/data_batch_2.bin")
      try Fixture.write(record([1]), "\(folder)/test_batch.bin")
      try Fixture.write(Array("plane\ncar\nbird\n\n".utf8), "\(folder)/batches.meta.txt")
      let (train, test) = try DatasetFormat.cifarBinary.read(folder)
      #expect(train.classes == ["plane", "car", "bird"])
      #expect(train.labels == [0, 1, 2])
      #expect(test.labels == [1])
      #expect(train.image == [32, 32, 3])
    }
  }

  @Test func readsTheFineLabelsOfCIFAR100() throws {
    try Fixture.withFolder { folder in
      try Fixture.write(record([9, 0]) + record([9, 1]), "\(folder)/train.bin")
      try Fixture.write(record([9, 1]), "\(folder)/test.bin")
      try Fixture.write(Array("apple\r\nbear\r\n".utf8), "\(folder)/fine_label_names.txt")
      let (train, test) = try DatasetFormat.cifarBinary.read(folder)
      #expect(train.classes == ["apple", "bear"])
      #expect(train.labels == [0, 1])
      #expect(test.labels == [1])
    }
  }

  @Test func damagedFolders() throws {
    try Fixture.withFolder { folder in
      #expect(Fixture.code { _ = try DatasetFormat.cifarBinary.read(folder) } == .missing)
      try Fixture.write(Array(record([0]).dropLast()), "\(folder)/data_batch_1.bin")
      #expect(Fixture.code { _ = try DatasetFormat.cifarBinary.read(folder) } == .missing)
      try Fixture.write(Array("plane\ncar".utf8), "\(folder)/batches.meta.txt")
      #expect(Fixture.code { _ = try DatasetFormat.cifarBinary.read(folder) } == .truncated)
      try Fixture.write(record([2]), "\(folder)/data_batch_1.bin")
      #expect(Fixture.code { _ = try DatasetFormat.cifarBinary.read(folder) } == .inconsistent)
    }
  }
}

import Engine
import Foundation
import Store
import Testing

@testable import Stages

struct ImportDatasetTests {
  @Test func bothSplitsByClass() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let report = try files.importing.run(RealPool.context(pool))
    #expect((report.train, report.test, report.classes) == (18, 6, 3))
    #expect(report.entries == [2, 3])
    #expect(!report.unchanged)
    let entry = try pool.entry(2)
    guard case .dataset(let content) = entry.content else {
      Issue.record("entry 2 is no dataset")
      return
    }
    #expect(content.classes == RealPool.classes)
    #expect(content.counts == [6, 6, 6])
    #expect(content.image == [28, 28, 1])
    #expect(0.05..<0.9 ~= content.mean[0] && 0.05..<0.9 ~= content.sd[0])
    for label in 0..<3 {
      let number = try #require(entry.tensorNumber("images", class: label))
      #expect(try pool.bytes(2, number) == RealPool.images(label, 0..<6))
      let positions = try #require(entry.tensorNumber("positions", class: label))
      #expect(try pool.integers(2, positions) == Array(label * 6..<label * 6 + 6))
    }
    guard case .dataset(let test) = try pool.entry(3).content else {
      Issue.record("entry 3 is no dataset")
      return
    }
    // Both splits are normalised by the train split's statistics.
    #expect((test.split, test.mean, test.sd) == (.test, content.mean, content.sd))
    #expect(test.source != content.source)
  }

  @Test func importedAgainItIsUnchanged() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let first = try files.importing.run(RealPool.context(pool))
    let again = try files.importing.run(RealPool.context(pool))
    #expect(again.unchanged)
    #expect(again.entries == first.entries)
    #expect(pool.head.sequence == 3)
  }

  @Test func aSecondOneIsToldFromThePools() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var importing = files.importing
    #expect(try importing.run(RealPool.context(pool)).poolDataset == "clothes")
    importing.dataset = "others"
    #expect(try importing.run(RealPool.context(pool)).poolDataset == "clothes")
  }

  @Test func otherImagesUnderTheSameName() throws {
    let files = try RealPool()
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    let one = "\(files.dataset)/train/bag/0.png"
    try FileManager.default.removeItem(atPath: one)
    #expect(RealPool.code { _ = try files.importing.run(RealPool.context(pool)) } == .usage)
    #expect(pool.head.sequence == 3)
    var other = files.importing
    other.dataset = "fewer-clothes"
    #expect(try other.run(RealPool.context(pool)).train == 17)
  }

  @Test func whetherMirrorImagesBelongToTheirClassIsSaidOnce() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var importing = files.importing
    importing.flips = false
    _ = try importing.run(RealPool.context(pool))
    for entry in try [pool.entry(2), pool.entry(3)] {
      guard case .dataset(let content) = entry.content else {
        Issue.record("no dataset")
        return
      }
      #expect(content.flips == false)
    }
    #expect(try importing.run(RealPool.context(pool)).unchanged)
    importing.flips = nil
    let error = #expect(throws: PoolError.self) {
      _ = try importing.run(RealPool.context(pool))
    }
    #expect(error?.code == .usage && error?.remedy.contains("--no-flips") == true)
  }

  @Test func scaledToASize() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var importing = files.importing
    importing.size = 20
    #expect(try importing.run(RealPool.context(pool)).image == [20, 20, 1])
    #expect(try pool.entry(2).arguments["size"] == "20")
    #expect(try importing.run(RealPool.context(pool)).unchanged)
    // Another size is another data set.
    importing.size = 16
    #expect(RealPool.code { _ = try importing.run(RealPool.context(pool)) } == .usage)
  }

  @Test func readingSaysHowFarItIsAndStops() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var updates: [ProgressUpdate] = []
    let context = Context(
      pool: pool, report: { updates.append($0) }, isCancelled: { updates.count == 2 })
    #expect(throws: Interrupted.self) { try files.importing.run(context) }
    #expect(updates.map(\.total) == [1, 24])
    #expect(updates.map(\.done) == [0, 0])
    #expect(pool.head.sequence == 1)
  }

  @Test func sizesThatCannotBe() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var importing = files.importing
    for size in [-1, 0, 15, 65, .max] {
      importing.size = size
      #expect(RealPool.code { _ = try importing.run(RealPool.context(pool)) } == .usage)
    }
    importing.size = 32
    importing.format = .idx
    #expect(RealPool.code { _ = try importing.run(RealPool.context(pool)) } == .usage)
    #expect(pool.head.sequence == 1)
  }

  @Test func aConstantChannelIsStandardised() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let folder = "\(files.folder)/constant"
    for split in ["train", "test"] {
      for (label, name) in ["a", "b"].enumerated() {
        let pixels: [UInt8] = (0..<256).flatMap { [UInt8($0), UInt8(label * 255), 7] }
        let bitmap = Bitmap(width: 16, height: 16, channels: 3, pixels: pixels)
        try RealPool.makeFolder("\(folder)/\(split)/\(name)")
        try Files.write(PNG.write(bitmap), to: "\(folder)/\(split)/\(name)/0.png")
      }
    }
    let importing = ImportDataset(dataset: "constant", format: .imageFolder, path: folder)
    _ = try importing.run(RealPool.context(pool))
    let real = try RealImages(.train, in: pool)
    #expect(real.content.sd[2] == 0)
    let images = try real.all()
    #expect(images.batch([0, 1], .standard).isFinite)
    let seen = real.scaling.standardised(bytes: images.bytes, shape: [2, 16, 16, 3])
    #expect(seen.isFinite && abs(seen[2]) < 1e-6)
  }

  /// Stopped after the train split, it goes on with the test split.
  @Test func interruptedAndContinued() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var steps = 0
    let context = Context(
      pool: pool, report: { _ in steps += 1 }, isCancelled: { pool.head.sequence == 2 })
    #expect(throws: Interrupted()) { try files.importing.run(context) }
    #expect(pool.head.sequence == 2)
    let report = try files.importing.run(RealPool.context(pool))
    #expect(report.entries == [2, 3])
    #expect(!report.unchanged)
  }

  @Test func badInput() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let context = RealPool.context(pool)
    for name in ["", "a/b", "a b", ".hidden", "é", String(repeating: "a", count: 74)] {
      var importing = files.importing
      importing.dataset = name
      #expect(RealPool.code { _ = try importing.run(context) } == .usage)
    }
    var missing = files.importing
    missing.path += "/none"
    #expect(RealPool.code { _ = try missing.run(context) } == .notFound)
    try Files.write([1, 2, 3], to: "\(files.dataset)/train/bag/0.png")
    #expect(RealPool.code { _ = try files.importing.run(context) } == .failure)
    #expect(pool.head.sequence == 1)
  }
}

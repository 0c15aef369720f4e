import Foundation
import TestSupport
import Testing

@testable import Store

/// One bit of a pool's files is turned over: whatever still can be read is what was written, or
/// `verify --deep` says that something is wrong. Nothing traps.
@Suite struct BitFlipTests {
  @Test(arguments: 0..<10)
  func aFlipIsFoundOrHarmless(_ part: Int) throws {
    let fixture = try Fixture()
    let pool = try Fixture.fill(fixture.create())
    try pool.append(Fixture.generate(class: 2, count: 60, latent: 100))
    try pool.append(Fixture.generate(class: 3, count: 30, latent: 100))
    try pool.drop(
      (0..<30).map { "3-\($0 < 10 ? "0000" : "000")\($0)-0123abcd@0" },
      reason: "to have free pages")
    _ = try pool.collect()
    // The collection itself may be undone, unnoticed: nothing is lost by that.
    try pool.append(Fixture.evaluate("s2"))
    let whole = try Self.contents(pool)
    pool.close()
    let pristine = try ["data.mdb", "index.sqlite"].map {
      try Data(contentsOf: URL(fileURLWithPath: fixture.path + "/" + $0))
    }

    var random = SplitMix(state: UInt64(part))
    var (found, clean) = (0, 0)
    // The last round turns over nothing.
    for round in 0...50 {
      // A new name each time: this process may still have the last one's file mapped.
      let name = "flip-\(round).psr"
      let path = fixture.directory + "/" + name
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var files = pristine
      let file = random.next() % 5 == 0 ? 1 : 0
      let bit = Int(random.next() % UInt64(files[file].count * 8))
      if round < 50 { files[file][bit / 8] ^= 1 << UInt8(bit % 8) }
      try files[0].write(to: URL(fileURLWithPath: path + "/data.mdb"))
      try files[1].write(to: URL(fileURLWithPath: path + "/index.sqlite"))

      let isClean = try Self.attempt { try Pool.verify(at: path, deep: true).findings } == []
      if isClean {
        clean += 1
        let isWhole = try Self.contents(fixture.open(.reading, name)) == whole
        #expect(isWhole, "bit \(bit) of file \(file) went unnoticed")
      } else {
        found += 1
        #expect(round < 50)
        _ = try Self.attempt { try Self.contents(fixture.open(.reading, name)) }
      }
      try FileManager.default.removeItem(atPath: path)
    }
    // Most bits hold something; free pages and gaps in pages hold nothing.
    #expect(found > 0 && clean > 1)
  }

  /// Nil where it ends in an error that psrdb has a word for.
  private static func attempt<R>(_ body: () throws -> R) throws -> R? {
    do { return try body() } catch is PoolError { return nil }
  }

  private struct Contents: Equatable {
    var digests: [String] = []
    var index: [String: [[Value]]]
  }

  /// Everything a pool answers.
  private static func contents(_ pool: Pool) throws -> Contents {
    var contents = Contents(index: try IndexTests.contents(pool))
    for entry in try pool.entries() {
      contents.digests.append(entry.digest)
      for number in entry.tensors.indices {
        let digest = try attempt {
          try pool.withTensor(entry.sequence, number) { SHA256.hex(of: $1) }
        }
        contents.digests.append(digest ?? "none")
      }
    }
    return contents
  }
}

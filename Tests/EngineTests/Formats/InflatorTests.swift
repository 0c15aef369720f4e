import Testing

@testable import Engine

struct InflatorTests {
  private var file: [UInt8] {
    get throws { try Fixture.bytes("idx/train-images-idx3-ubyte.gz") }
  }

  @Test(arguments: [1, 7, 299, 300, 301, 1552, 100_000])
  func readsSeveralMembersInPiecesOfAnySize(_ piece: Int) throws {
    let inflator = try Inflator(file, .gzip, name: "x")
    var bytes: [UInt8] = []
    while true {
      let next = try inflator.read(atMost: piece)
      if next.isEmpty { break }
      bytes += next
    }
    #expect(bytes.count == 16 + 6 * 256)
    let expected: [UInt8] = (0..<1536).map { UInt8($0 % 251) }
    #expect(Array(bytes[16...]) == expected)
    #expect(try inflator.isAtEnd())
  }

  @Test func aCutOffStreamIsTruncated() throws {
    let file = try file
    for length in stride(from: 20, to: file.count - 1, by: 13) {
      let inflator = try Inflator(Array(file.prefix(length)), .gzip, name: "x")
      let code = Fixture.code { _ = try inflator.read(atMost: 1 << 20) }
      // Cut between the members, the first is whole.
      #expect(code == .truncated || (code == nil && length < file.count / 2))
    }
  }

  @Test func aChangedByteBreaksTheChecksum() throws {
    var file = try file
    file[file.count - 6] ^= 1
    let inflator = try Inflator(file, .gzip, name: "x")
    #expect(Fixture.code { _ = try inflator.read(atMost: 1 << 20) } == .corrupt)
  }

  @Test func aHugeRequestSetsLittleAside() throws {
    let inflator = try Inflator(file, .gzip, name: "x")
    #expect(try inflator.read(atMost: .max).count == 16 + 6 * 256)
  }

  @Test func crcOfTheStandardsExample() {
    #expect(Inflator.crc32(Array("123456789".utf8)) == 0xcbf4_3926)
  }
}

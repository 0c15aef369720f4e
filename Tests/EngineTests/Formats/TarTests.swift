import Testing

@testable import Engine

struct TarTests {
  @Test func theBytesOfPythonsTarfile() throws {
    let image = (0..<3).flatMap { _ in (0...255).map { UInt8($0) } }
    let ours = try Tar.write([("a.cls", [UInt8(ascii: "7")]), ("folder-b.png", image)])
    let python = try Fixture.bytes("two.tar")
    // Python pads to records of 10 KiB.
    #expect(ours == Array(python.prefix(ours.count)))
    #expect(python.dropFirst(ours.count).allSatisfy { $0 == 0 })
  }

  @Test func namesOfAHundredBytes() {
    func write(_ length: Int) throws {
      _ = try Tar.write([(String(repeating: "a", count: length), [1])])
    }
    #expect(Fixture.code { try write(100) } == nil)
    #expect(Fixture.code { try write(101) } == .unsupported)
  }
}

import Testing

@testable import psrdb

@Suite struct ArgumentsTests {
  @Test(arguments: [
    ("400MB", 400_000_000), ("2gb", 2_000_000_000), ("1.5kB", 1500), ("12345", 12345), ("7B", 7),
  ])
  func bytesHaveUnits(_ text: String, _ bytes: Int) {
    #expect(ByteCount(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["", "MB", "-1MB", "much", "1TB", "nan", "1e40GB"])
  func otherTextIsNoNumberOfBytes(_ text: String) {
    #expect(ByteCount(argument: text) == nil)
  }

  @Test func bytesReadAsTheyAreWritten() {
    for text in ["400MB", "2GB", "1500B", "3kB"] {
      #expect(ByteCount(argument: text)?.description == text)
    }
  }

  @Test func namesHaveCommasBetweenThem() {
    #expect(NameList(argument: "3,coat")?.names == ["3", "coat"])
    #expect(NameList(argument: "cat, dog ,fish")?.names == ["cat", "dog", "fish"])
    for text in [",", "", "cat,,dog", "cat, "] { #expect(NameList(argument: text) == nil) }
  }
}

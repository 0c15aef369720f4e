import Foundation
import Testing

@testable import Engine

struct FilesTests {
  @Test func errorsNameThePath() throws {
    try Fixture.withFolder { folder in
      let path = "\(folder)/a"
      #expect(Fixture.code { _ = try Files.read(path) } == .missing)
      #expect(Fixture.code { _ = try Files.read(folder) } == .unsupported)
      #expect(Fixture.code { _ = try Files.read("/dev/zero") } == .unsupported)
      #expect(Fixture.code { _ = try Files.names(in: path) } == .missing)
      #expect(Fixture.code { try Files.write([1], to: "\(path)/b") } == .missing)
      try Files.write([1, 2, 3], to: path)
      #expect(try Files.read(path) == [1, 2, 3])
      let error = #expect(throws: FormatError.self) { try Files.read(path, limit: 2) }
      #expect(error?.code == .tooLarge)
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test func onlyRegularFilesAreWrittenOver() throws {
    try Fixture.withFolder { folder in
      try Files.write([1], to: "\(folder)/a")
      symlink("a", "\(folder)/link")
      try Files.write([2], to: "\(folder)/link")
      #expect(try Files.read("\(folder)/a") == [2])
      mkfifo("\(folder)/pipe", 0o600)
      #expect(Fixture.code { try Files.write([1], to: "\(folder)/pipe") } == .unsupported)
      #expect(Fixture.code { try Files.write([1], to: folder) } == .unsupported)
      try Files.write([], to: "\(folder)/data.mdb")
      #expect(Fixture.code { try Files.write([1], to: "\(folder)/b") } == .unsupported)
    }
  }

  @Test func namesAreInTheOrderOfTheirBytes() throws {
    try Fixture.withFolder { folder in
      for name in ["b", "a", "Z", "é", "10", "9", ".hidden"] {
        try Files.write([], to: "\(folder)/\(name)")
      }
      #expect(try Files.names(in: folder) == ["10", "9", "Z", "a", "b", "é"])
      #expect(Files.isFolder(folder) && !Files.isFolder("\(folder)/a"))
      #expect(Files.exists("\(folder)/a") && !Files.exists("\(folder)/c"))
    }
  }
}

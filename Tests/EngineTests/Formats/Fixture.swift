import Foundation

@testable import Engine

/// The files that Fixtures/Formats/generate.py made.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/Formats").path

  static func bytes(_ name: String) throws -> [UInt8] { try Files.read("\(folder)/\(name)") }

  /// The formulas of generate.py for its 20×16 pictures.
  static func grey(_ x: Int, _ y: Int) -> UInt8 { UInt8((x * 7 + y * 13) % 256) }
  static func rgb(_ x: Int, _ y: Int) -> [UInt8] {
    [UInt8(x * 12), UInt8(y * 15), UInt8((x + y) * 7)]
  }

  static let greyPixels = (0..<16).flatMap { y in (0..<20).map { x in grey(x, y) } }
  static let rgbPixels = (0..<16).flatMap { y in (0..<20).flatMap { x in rgb(x, y) } }

  /// Between bytes at the same place; 256 when the lengths differ.
  static func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : 256
  }

  /// The code of the `FormatError` that `body` throws; nil when it throws none.
  static func code(_ body: () throws -> Void) -> FormatError.Code? {
    do { try body() } catch { return (error as? FormatError)?.code }
    return nil
  }

  /// Calls `body` with a new folder, and removes it.
  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("psrdb-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Files.write(bytes, to: path)
  }
}

import Foundation

/// A directory in memory, if the machine has such a place; removed with this.
public final class MemoryDirectory: Sendable {
  public let path: String

  public init() throws {
    let memory = "/dev/shm"
    path =
      (FileManager.default.isWritableFile(atPath: memory) ? memory + "/" : NSTemporaryDirectory())
      + "psrdb-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file whole.
  public func write(_ bytes: [UInt8], _ name: String) throws {
    try Self.write(bytes, path + "/" + name)
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(file) }
    guard Foundation.write(file, bytes, bytes.count) == bytes.count else {
      throw CocoaError(.fileWriteUnknown)
    }
  }
}

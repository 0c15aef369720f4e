import Foundation

@testable import Store

/// A directory in memory, if the machine has such a place; removed with this.
final class MemoryDirectory {
  let path: String

  init() throws {
    let memory = "/dev/shm"
    path =
      (FileManager.default.isWritableFile(atPath: memory) ? memory + "/" : NSTemporaryDirectory())
      + "psrdb-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file whole.
  func write(_ bytes: [UInt8], _ name: String) throws {
    let file = Foundation.open(
      path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw SystemError("open", name) }
    defer { Foundation.close(file) }
    guard Foundation.write(file, bytes, bytes.count) == bytes.count else {
      throw SystemError("write", name)
    }
  }
}

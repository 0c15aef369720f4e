import Engine
import Foundation
import Store

/// Folders that appear whole or not at all.
enum NewFolder {
  /// Fills a temporary folder beside `path` and gives it that name.
  /// - Throws: `FormatError`, and what `fill` throws; nothing is left behind.
  static func make<R>(at path: String, _ fill: (_ folder: String) throws -> R) throws -> R {
    try Files.requireOutsidePool(path)
    // "FOLDER/" names the same folder; what is made beside it must not land inside.
    let temporary = "\(URL(fileURLWithPath: path).path).new-\(UUID().uuidString)"
    do {
      try make(temporary)
      let result = try fill(temporary)
      // Over an empty folder this succeeds, over anything else it fails.
      guard rename(temporary, path) == 0 else {
        throw FormatError(
          .io, "\(path) cannot be made: \(String(cString: strerror(errno)))",
          remedy: "Check that nothing is there.")
      }
      return result
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  static func make(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 else {
      let code = errno
      throw FormatError(
        code == ENOSPC || code == EDQUOT ? .noSpace : .io,
        "the folder \(path) cannot be made: \(String(cString: strerror(code)))",
        remedy: "Check that the folder it is to be in exists, may be written to, and has room.")
    }
  }
}

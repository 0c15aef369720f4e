import Foundation

/// Whole files and folder listings, with errors that name the path.
public enum Files {
  /// Reads a regular file of at most `limit` bytes.
  /// - Throws: `FormatError` `.missing`, `.unsupported` (not a regular file), `.tooLarge`, `.io`.
  public static func read(_ path: String, limit: Int = 1 << 34) throws -> [UInt8] {
    let attributes: [FileAttributeKey: Any]
    do {
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      attributes = try FileManager.default.attributesOfItem(atPath: real)
    } catch {
      throw FormatError(
        .missing, "\(path): no such file, or it may not be read", remedy: "Check the path.")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw FormatError(.unsupported, "\(path) is not a regular file", remedy: "Name a file.")
    }
    let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
    guard size <= limit else {
      throw FormatError(
        .tooLarge, "\(path) has \(size) bytes; at most \(limit) are read of such a file",
        remedy: "Check that it is the file you mean.")
    }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw FormatError(
        .io, "\(path) cannot be read: \(error.localizedDescription)",
        remedy: "Check the file's permissions and the disk.")
    }
  }

  /// Writes a file whole, or not at all.
  /// - Throws: `FormatError` `.io`.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw FormatError(
        .io, "\(path) cannot be written: \(error.localizedDescription)",
        remedy: "Check that the folder exists, may be written to, and has room.")
    }
  }

  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  public static func isFolder(_ path: String) -> Bool {
    var folder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &folder) && folder.boolValue
  }

  /// The names in a folder, hidden ones left out, in the order of their UTF-8 bytes: the same on
  /// every machine.
  /// - Throws: `FormatError` `.missing`.
  public static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw FormatError(
        .missing, "\(folder): no such folder, or it may not be listed", remedy: "Check the path.")
    }
  }
}

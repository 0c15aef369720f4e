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
    // Where memory is limited an array that does not fit would end the process.
    guard let room = malloc(max(1, size)) else {
      throw FormatError(
        .tooLarge, "\(path) has \(size) bytes, for which there is no memory",
        remedy: "Give it more memory, or take a smaller file.")
    }
    free(room)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    var failure = descriptor < 0 ? errno : 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while failure == 0, count < size {
        let read = Foundation.read(descriptor, buffer.baseAddress! + count, size - count)
        if read == 0 { break }
        if read > 0 { count += read } else if errno != EINTR { failure = errno }
      }
    }
    guard failure == 0 else {
      throw FormatError(
        .io, "\(path) cannot be read: \(String(cString: strerror(failure)))",
        remedy: "Check the file's permissions and the disk.")
    }
    return bytes
  }

  /// Writes a file whole, or not at all; through a symbolic link, the file that it leads to.
  /// - Throws: `FormatError` `.missing` (no such folder), `.unsupported` (a folder, device or pipe,
  ///   or inside a pool), `.noSpace`, `.io`.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try requireFolder(of: path)
    do {
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      try Data(bytes).write(to: target, options: .atomic)
    } catch {
      throw isOutOfSpace(error)
        ? FormatError(
          .noSpace, "\(path) cannot be written: the disk is full", remedy: "Make room.")
        : FormatError(
          .io, "\(path) cannot be written: \(error.localizedDescription)",
          remedy: "Check that it may be written to.")
    }
  }

  /// Checks that a file can be made at a path, before hours go into what is to be in it.
  /// - Throws: `FormatError` `.missing` (no such folder), `.unsupported` (a folder, device or pipe,
  ///   or inside a pool), `.io` (it may not be written to).
  public static func requireFolder(of path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
    guard isFolder(folder) else {
      throw FormatError(
        .missing, "\(path) cannot be written: there is no folder \(folder)",
        remedy: "mkdir -p '\(folder.replacing("'", with: "'\\''"))'")
    }
    guard access(folder, W_OK) == 0 else {
      throw FormatError(
        .io, "\(path) cannot be written: \(folder) may not be written to",
        remedy: "Name another folder, or change its permissions.")
    }
    try requireOutsidePool(path)
    // Writing in whole would put a file in the place of a device.
    var there = stat()
    guard stat(path, &there) != 0 || there.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(
        .unsupported, "\(path) is there already and is no regular file",
        remedy: "Name another file.")
    }
  }

  /// Checks that what is made at a path is not in a pool's folder.
  /// - Throws: `FormatError` `.unsupported`.
  public static func requireOutsidePool(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
    guard !exists(folder + "/data.mdb") else {
      throw FormatError(
        .unsupported, "\(path) would be inside the pool \(folder)", remedy: "Name another folder.")
    }
  }

  private static func isOutOfSpace(_ error: any Error) -> Bool {
    guard let error = error as? CocoaError else { return false }
    let codes: [POSIXErrorCode] = [.ENOSPC, .EDQUOT, .EFBIG]
    return error.code == .fileWriteOutOfSpace
      || (error.underlying as? POSIXError).map { codes.contains($0.code) } == true
  }

  /// Whether something is at a path: a file, a folder, or what a link leads to.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// Whether a folder is at a path, or a link to one.
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

/// A tar archive of small files, as WebDataset reads it.
///
/// Format: POSIX.1-1988 "ustar".
public enum Tar {
  /// The archive's bytes: all of the same date and owner, so the same for the same content.
  /// - Precondition: names are unique.
  /// - Throws: `FormatError` `.unsupported` for a name of more than 100 bytes.
  public static func write(_ members: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
    var file: [UInt8] = []
    file.reserveCapacity(members.reduce(1024) { $0 + $1.bytes.count + 1024 })
    for (name, bytes) in members {
      file += try header(name, size: bytes.count)
      file += bytes
      file += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
    return file + [UInt8](repeating: 0, count: 1024)
  }

  private static func header(_ name: String, size: Int) throws -> [UInt8] {
    guard name.utf8.count <= 100 else {
      throw FormatError(
        .unsupported, "'\(name)' is too long a name for a tar archive",
        remedy: "Export as another format, such as --format image-folder.")
    }
    var header: [UInt8] = []
    func put(_ text: String, _ width: Int) {
      header += text.utf8
      header += [UInt8](repeating: 0, count: width - text.utf8.count)
    }
    func octal(_ value: Int, _ width: Int) {
      let digits = String(value, radix: 8)
      put(String(repeating: "0", count: width - 1 - digits.count) + digits, width)
    }
    put(name, 100)
    octal(0o644, 8)
    octal(0, 8)  // user and group
    octal(0, 8)
    octal(size, 12)
    octal(0, 12)  // 1970-01-01
    put("        ", 8)  // the checksum counts as spaces
    put("0", 1)
    put("", 100)
    put("ustar", 6)
    put("00", 2)
    put("", 512 - 265)
    let sum = header.reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits
    header.replaceSubrange(148..<156, with: Array(text.utf8) + [0, UInt8(ascii: " ")])
    return header
  }
}

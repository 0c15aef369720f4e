/// Reads numbers from bytes front to back and never past the end.
struct ByteReader {
  let bytes: [UInt8]
  /// Whose bytes they are, for errors.
  let name: String
  private(set) var offset = 0

  init(_ bytes: [UInt8], name: String, at offset: Int = 0) {
    self.bytes = bytes
    self.name = name
    self.offset = offset
  }

  var remaining: Int { bytes.count - offset }

  /// - Throws: `FormatError` `.truncated`.
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, offset >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw FormatError(
        .truncated,
        "\(name) ends at byte \(bytes.count), where \(count) more were expected at \(offset)",
        remedy: "Fetch or make the file again.")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  mutating func bigEndian32() throws -> Int {
    try take(4).reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func littleEndian(_ width: Int) throws -> UInt64 {
    try take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func little16() throws -> Int { Int(try littleEndian(2)) }
  mutating func little32() throws -> Int { Int(try littleEndian(4)) }
}

extension [UInt8] {
  /// Appends the low `width` bytes of `value`, lowest first.
  mutating func append(littleEndian value: Int, width: Int) {
    for shift in 0..<width { append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
  }
}

/// The product of sizes, or nil when one is negative or it does not fit.
func checkedProduct(_ sizes: [Int]) -> Int? {
  var product = 1
  for size in sizes {
    guard size >= 0 else { return nil }
    let (next, overflow) = product.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    product = next
  }
  return product
}

import CCrypto

/// SHA-256, by the system's libcrypto. The only file that calls it.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// The digest of no bytes, to which `update` adds.
  public init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
    self.context = context
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest, 64 hex digits.
  public consuming func hex() -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      var length: UInt32 = 0
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, &length) == 1)
      count = Int(length)
    }
    return Self.hex(bytes)
  }

  /// The digest of `bytes`, 64 hex digits.
  public static func hex(of bytes: UnsafeRawBufferPointer) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hex()
  }

  /// The digest of `bytes`, 64 hex digits.
  public static func hex(of bytes: [UInt8]) -> String { bytes.withUnsafeBytes { hex(of: $0) } }

  /// The digest of a string's UTF-8, 64 hex digits.
  public static func hex(of text: String) -> String { hex(of: Array(text.utf8)) }

  /// Copies bytes and gives their digest, 64 hex digits: piece by piece, so that each is fetched
  /// from memory once.
  static func hex(
    copying bytes: [UInt8], to copy: UnsafeMutableRawBufferPointer
  ) -> String {
    var digest = SHA256()
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
        let end = min(start + 1 << 16, bytes.count)
        let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        UnsafeMutableRawBufferPointer(rebasing: copy[start...]).copyMemory(from: piece)
        digest.update(piece)
      }
    }
    return digest.hex()
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

import Foundation
import Testing

@testable import Store

/// Digests by `sha256sum` and Python's hashlib.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func vectors(_ text: String, _ digest: String) {
    #expect(SHA256.hex(of: text) == digest)
  }

  @Test(arguments: [1, 63, 64, 65, 4097, 1_000_000]) func piecesMakeAMillion(_ size: Int) {
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: size)
    var digest = SHA256()
    for _ in 0..<1_000_000 / size { digest.update(piece) }
    digest.update(Array(piece.prefix(1_000_000 % size)))
    let hex = digest.hex()
    #expect(hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// A copy goes by pieces of 64 KiB.
  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (65535, "dda402a2c028f0cbbdbc5c6ebae965eed9c75f71236e7022b0386d3455d5ae2f"),
    (65536, "4b640d85ab3ba30fd02c9fc9db4a8928f416322ad27022ea58a65aaee68a4df2"),
    (65537, "237356e18b503616912abb8ffaed3a72591e397d4ac294c4637917d48a3f529d"),
    (200_001, "be1df2e91a4a6124274d4d6ddbf01709451d4d2cc676e5968bcb40c9177fcd9a"),
  ])
  func whatIsCopiedIsDigested(_ count: Int, _ digest: String) {
    let bytes = (0..<count).map { UInt8($0 % 251) }
    var copy = [UInt8](repeating: 255, count: count)
    let hex = copy.withUnsafeMutableBytes { SHA256.hex(copying: bytes, to: $0) }
    #expect(hex == digest)
    #expect(copy == bytes)
  }
}

import CLMDB

/// A key of the pool's two databases: big-endian, so that byte order is number order.
struct Key: Comparable, Hashable {
  /// Journal entry.
  var sequence: Int64
  /// Tensor of that entry; nil for a key of the journal itself.
  var number: Int32?

  init(_ sequence: Int64, _ number: Int? = nil) {
    self.sequence = sequence
    self.number = number.map(Int32.init)
  }

  /// Nil where the bytes are no key of this kind.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 8 || bytes.count == 12 else { return nil }
    sequence = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    if bytes.count == 12 {
      number = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    }
    guard (0...Item.maximumEntry).contains(sequence), number ?? 0 >= 0 else { return nil }
  }

  func withValue<R>(_ body: (inout MDB_val) throws -> R) rethrows -> R {
    var bytes = (sequence.bigEndian, (number ?? 0).bigEndian)
    let count = number == nil ? 8 : 12
    return try withUnsafeMutableBytes(of: &bytes) { bytes in
      var value = MDB_val(mv_size: count, mv_data: bytes.baseAddress)
      return try body(&value)
    }
  }

  static func < (one: Key, other: Key) -> Bool {
    (one.sequence, one.number ?? -1) < (other.sequence, other.number ?? -1)
  }
}

/// The 64 bytes before a tensor's rows (schema/format.md).
struct TensorHeader: Equatable {
  let dtype: DType
  let shape: [Int]
  /// Bytes of the rows.
  let byteCount: Int

  static let size = 64
  static let magic: UInt32 = 0x5452_5350  // "PSRT"
  static let version: UInt16 = 1
  static let maximumRank = 6
  /// liblmdb 0.9.24 cannot write values of 2 GiB; half of it is far from every edge.
  static let maximumByteCount = 1 << 30

  /// Nil where the shape has more dimensions or bytes than a value may have.
  init?(dtype: DType, shape: [Int]) {
    guard shape.count <= Self.maximumRank,
      let count = TensorDescription.byteCount(dtype, shape), count <= Self.maximumByteCount
    else { return nil }
    self.dtype = dtype
    self.shape = shape
    byteCount = count
  }

  /// Reads the header of a stored value; nil where it is none, or does not fit the value.
  init?(_ value: UnsafeRawBufferPointer) {
    guard value.count >= Self.size,
      UInt32(littleEndian: value.loadUnaligned(as: UInt32.self)) == Self.magic,
      UInt16(littleEndian: value.loadUnaligned(fromByteOffset: 4, as: UInt16.self)) == Self.version,
      let dtype = DType(number: value[6]), value[7] <= Self.maximumRank
    else { return nil }
    var shape: [Int] = []
    for dimension in 0..<Self.maximumRank {
      let offset = 16 + 8 * dimension
      let extent = Int64(littleEndian: value.loadUnaligned(fromByteOffset: offset, as: Int64.self))
      if dimension < Int(value[7]) {
        shape.append(Int(extent))
      } else if extent != 0 {
        return nil
      }
    }
    self.init(dtype: dtype, shape: shape)
    let stated = Int64(littleEndian: value.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    guard Int64(byteCount) == stated, value.count == Self.size + byteCount else { return nil }
  }

  /// Writes the header to the start of `value`.
  func write(to value: UnsafeMutableRawBufferPointer) {
    value.storeBytes(of: Self.magic.littleEndian, as: UInt32.self)
    value.storeBytes(of: Self.version.littleEndian, toByteOffset: 4, as: UInt16.self)
    value[6] = dtype.number
    value[7] = UInt8(shape.count)
    value.storeBytes(of: Int64(byteCount).littleEndian, toByteOffset: 8, as: Int64.self)
    for dimension in 0..<Self.maximumRank {
      let extent = dimension < shape.count ? Int64(shape[dimension]) : 0
      value.storeBytes(of: extent.littleEndian, toByteOffset: 16 + 8 * dimension, as: Int64.self)
    }
  }
}

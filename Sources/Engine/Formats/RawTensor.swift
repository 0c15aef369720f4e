/// An array as files hold it: little-endian bytes, row-major, with its number type.
public struct RawTensor: Equatable, Sendable {
  /// The number types that psrdb exchanges.
  public enum Number: CaseIterable, Sendable {
    case u8, i32, i64, f16, f32

    /// Bytes of one.
    public var size: Int {
      switch self {
      case .u8: 1
      case .f16: 2
      case .i32, .f32: 4
      case .i64: 8
      }
    }
  }

  public let number: Number
  public let shape: [Int]
  public let bytes: [UInt8]

  public init(_ number: Number, shape: [Int], bytes: [UInt8]) {
    precondition(
      checkedProduct(shape + [number.size]) == bytes.count, "\(bytes.count) bytes for \(shape)")
    self.number = number
    self.shape = shape
    self.bytes = bytes
  }

  public init(u8 values: [UInt8], shape: [Int]) {
    self.init(.u8, shape: shape, bytes: values)
  }

  public init(i32 values: [Int32], shape: [Int]) {
    self.init(.i32, shape: shape, bytes: RawTensor.bytes(values))
  }

  public init(i64 values: [Int64], shape: [Int]) {
    self.init(.i64, shape: shape, bytes: RawTensor.bytes(values))
  }

  public init(f32 values: [Float], shape: [Int]) {
    self.init(.f32, shape: shape, bytes: RawTensor.bytes(values))
  }

  /// Rounds to half precision.
  public init(f16 values: [Float], shape: [Int]) {
    self.init(.f16, shape: shape, bytes: RawTensor.bytes(Half.from(values)))
  }

  /// The elements as floats; integers beyond 2²⁴ are rounded.
  public var floats: [Float] {
    switch number {
    case .u8: bytes.map(Float.init)
    case .i32: values(Int32.self).map(Float.init)
    case .i64: values(Int64.self).map(Float.init)
    case .f16: Half.floats(values(UInt16.self))
    case .f32: values(Float.self)
    }
  }

  /// The elements of an integer type; nil when it is of floats.
  public var integers: [Int]? {
    switch number {
    case .u8: bytes.map(Int.init)
    case .i32: values(Int32.self).map(Int.init)
    case .i64: values(Int64.self).map(Int.init)
    case .f16, .f32: nil
    }
  }

  // Hosts are little-endian wherever Swift runs, so bytes are copied as they are.
  private static func bytes<T>(_ values: [T]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  private func values<T>(_ type: T.Type) -> [T] {
    [T](unsafeUninitializedCapacity: bytes.count / MemoryLayout<T>.size) { values, count in
      UnsafeMutableRawBufferPointer(values).copyBytes(from: bytes)
      count = bytes.count / MemoryLayout<T>.size
    }
  }
}

/// A tensor to append, elements in row-major order.
///
/// The number of elements must be the product of `shape`: `Pool.append` says so where it is not.
public struct TensorDraft: Sendable {
  /// The most bytes that a tensor may have.
  public static let largest = TensorHeader.maximumByteCount

  public let name: String
  public let `class`: Int?
  public let dtype: DType
  public let shape: [Int]
  package let bytes: [UInt8]
  /// Of the elements, hex: what the journal will say.
  public var sha256: String { SHA256.hex(of: bytes) }

  /// What the journal will say of it.
  func description(sha256: String) -> TensorDescription {
    TensorDescription(name: name, class: `class`, dtype: dtype, shape: shape, sha256: sha256)
  }

  package init(_ name: String, _ class: Int?, _ dtype: DType, _ shape: [Int], _ bytes: [UInt8]) {
    self.name = name
    self.class = `class`
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  public init(_ name: String, class: Int? = nil, shape: [Int], u8: [UInt8]) {
    self.init(name, `class`, .u8, shape, u8)
  }

  public init(_ name: String, class: Int? = nil, shape: [Int], i32: [Int32]) {
    self.init(name, `class`, .i32, shape, i32.withUnsafeBytes(Array.init))
  }

  public init(_ name: String, class: Int? = nil, shape: [Int], i64: [Int64]) {
    self.init(name, `class`, .i64, shape, i64.withUnsafeBytes(Array.init))
  }

  public init(_ name: String, class: Int? = nil, shape: [Int], f32: [Float]) {
    self.init(name, `class`, .f32, shape, f32.withUnsafeBytes(Array.init))
  }

  /// Rounds to half precision, to nearest even.
  public init(_ name: String, class: Int? = nil, shape: [Int], f16: [Float]) {
    let halves = f16.map { Float16($0) }
    self.init(name, `class`, .f16, shape, halves.withUnsafeBytes(Array.init))
  }
}

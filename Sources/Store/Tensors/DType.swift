/// The type of a tensor's elements, little-endian.
public enum DType: String, Codable, CaseIterable, Sendable {
  case u8, i32, i64, f16, f32

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .u8: 1
    case .f16: 2
    case .i32, .f32: 4
    case .i64: 8
    }
  }

  /// Number in a tensor's header.
  var number: UInt8 {
    switch self {
    case .u8: 1
    case .i32: 2
    case .i64: 3
    case .f16: 4
    case .f32: 5
    }
  }

  init?(number: UInt8) {
    guard let dtype = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = dtype
  }
}

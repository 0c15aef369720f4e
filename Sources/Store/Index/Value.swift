/// A value of the index.
public enum Value: Equatable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)

  /// The integer, or nil.
  public var int: Int? {
    if case .integer(let value) = self { return Int(value) }
    return nil
  }

  /// The number, or nil.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// The text, or nil.
  public var string: String? {
    if case .text(let value) = self { return value }
    return nil
  }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(nilLiteral: ()) { self = .null }

  public init(_ value: Int) { self = .integer(Int64(value)) }
  public init(_ value: String) { self = .text(value) }
}

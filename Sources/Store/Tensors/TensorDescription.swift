/// What the journal says of a tensor.
public struct TensorDescription: Codable, Equatable, Sendable {
  /// What it is: "latent", "image", "logits" …
  public var name: String
  /// The class all its rows belong to.
  public var `class`: Int?
  public var dtype: DType
  /// The first number counts rows.
  public var shape: [Int]
  /// SHA-256 of the rows' bytes, hex.
  public var sha256: String

  /// Rows of the tensor; 1 for a scalar.
  public var rows: Int { shape.first ?? 1 }

  /// Whether a pool can hold such a tensor: who counts its bytes and rows then need not fear.
  var isPossible: Bool {
    guard TensorHeader(dtype: dtype, shape: shape) != nil else { return false }
    guard let `class` else { return true }
    return (0...Item.maximumClass).contains(`class`) && rows <= Item.maximumRow + 1
  }

  /// Bytes of the rows, or nil where the shape is impossible.
  var byteCount: Int? { Self.byteCount(dtype, shape) }

  static func byteCount(_ dtype: DType, _ shape: [Int]) -> Int? {
    var count = dtype.size
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      count = product
    }
    return count
  }
}

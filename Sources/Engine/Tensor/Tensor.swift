/// A dense row-major float32 array. Images and latents are NHWC.
///
/// A tensor is a handle: copies share their elements, as in NumPy and PyTorch. Operations
/// return new tensors unless their name says otherwise (`add(_:)` adds in place).
public struct Tensor: Sendable {
  public let shape: [Int]
  let storage: Storage

  /// Elements are undefined until written.
  public init(uninitialized shape: [Int]) {
    self.shape = shape
    storage = Storage(count: shape.reduce(1, *))
  }

  public init(zeros shape: [Int]) {
    self.init(uninitialized: shape)
    pointer.update(repeating: 0, count: count)
  }

  public init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { values in
      if let base = values.baseAddress { pointer.update(from: base, count: count) }
    }
  }

  private init(storage: Storage, shape: [Int]) {
    self.storage = storage
    self.shape = shape
  }

  public var count: Int { shape.reduce(1, *) }

  /// Elements in each row, a row being one index of the first dimension.
  public var rowSize: Int { shape.dropFirst().reduce(1, *) }

  public var rows: Int { shape.first ?? 1 }

  /// The elements, valid while the tensor lives. Kernels only.
  package var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  /// The same elements under another shape of equal count.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "\(self.shape) cannot be seen as \(shape)")
    return Tensor(storage: storage, shape: shape)
  }

  public var values: [Float] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  public func copy() -> Tensor {
    let result = Tensor(uninitialized: shape)
    result.pointer.update(from: pointer, count: count)
    return result
  }

  /// Rows `range` of the first dimension, copied.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    let result = Tensor(uninitialized: [range.count] + shape.dropFirst())
    result.pointer.update(from: pointer + range.lowerBound * rowSize, count: result.count)
    return result
  }

  /// Rows at `indices`, in that order, copied.
  public func gather(_ indices: [Int]) -> Tensor {
    let result = Tensor(uninitialized: [indices.count] + shape.dropFirst())
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
      (result.pointer + row * rowSize).update(from: pointer + index * rowSize, count: rowSize)
    }
    return result
  }

  /// Copies `other` over rows starting at `first`.
  public func setRows(at first: Int, _ other: Tensor) {
    precondition(
      other.rowSize == rowSize && first >= 0 && first + other.rows <= rows,
      "\(other.shape) does not fit \(shape) at row \(first)")
    (pointer + first * rowSize).update(from: other.pointer, count: other.count)
  }

  public func fill(_ value: Float) { pointer.update(repeating: value, count: count) }

  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count)
      return pointer[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      pointer[index] = newValue
    }
  }

  /// Whether every element is a finite number.
  public var isFinite: Bool {
    var sum: Float = 0
    for i in 0..<count { sum += pointer[i] * 0 }
    return sum == 0
  }
}

import CKernels

private let grain = 1 << 15

extension Tensor {
  /// self += scale·other, in place.
  public func add(_ other: Tensor, scale: Float = 1) {
    precondition(other.count == count, "\(other.shape) added to \(shape)")
    parallel(count, grain: grain) { range in
      psr_axpy(
        range.count, scale, other.pointer + range.lowerBound, pointer + range.lowerBound)
    }
  }

  /// self ·= factor, in place.
  public func scale(by factor: Float) {
    for i in 0..<count { pointer[i] *= factor }
  }

  /// The place of the largest element of each row, the first of equals.
  public func argmaxRows() -> [Int] {
    (0..<rows).map { row in
      let values = pointer + row * rowSize
      var best = 0
      for i in 1..<max(rowSize, 1) where values[i] > values[best] { best = i }
      return best
    }
  }
}

/// The factor L of a symmetric positive definite matrix, A = L·Lᵀ, in double precision.
struct Cholesky {
  private let n: Int
  private var lower: [Double]

  /// - Parameter matrix: [n, n]; its lower triangle is read.
  /// - Returns: nil if the matrix is not positive definite or not finite.
  init?(_ matrix: Tensor) {
    let n = matrix.rows
    var lower = [Double](repeating: 0, count: n * n)
    let isDefinite = lower.withUnsafeMutableBufferPointer { l in
      for i in 0..<n {
        for j in 0...i {
          var sum = Double(matrix.pointer[i * n + j])
          for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
          if i == j {
            guard sum > 0, sum.isFinite else { return false }
            l[i * n + i] = sum.squareRoot()
          } else {
            l[i * n + j] = sum / l[j * n + j]
          }
        }
      }
      return true
    }
    guard isDefinite else { return nil }
    self.n = n
    self.lower = lower
  }

  /// X with A·X = B, for B [n, k].
  func solve(_ right: Tensor) -> Tensor {
    let k = right.rowSize
    precondition(right.rows == n)
    let result = Tensor(uninitialized: [n, k])
    var x = [Double](repeating: 0, count: n)
    lower.withUnsafeBufferPointer { l in
      for column in 0..<k {
        for i in 0..<n {
          var sum = Double(right.pointer[i * k + column])
          for j in 0..<i { sum -= l[i * n + j] * x[j] }
          x[i] = sum / l[i * n + i]
        }
        for i in stride(from: n - 1, through: 0, by: -1) {
          var sum = x[i]
          for j in i + 1..<n { sum -= l[j * n + i] * x[j] }
          x[i] = sum / l[i * n + i]
        }
        for i in 0..<n { result.pointer[i * k + column] = Float(x[i]) }
      }
    }
    return result
  }
}

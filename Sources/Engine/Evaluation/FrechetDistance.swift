import COpenBLAS

/// The squared Fréchet distance between Gaussians fitted to two sets of features [n, D], [m, D]:
///
///     ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁Σ₂)^½
///
/// The last trace is the sum of the singular values of X₁X₂ᵀ/√((n−1)(m−1)) for centred X, so that
/// it costs n·m·D and a singular value decomposition of [n, m], and no covariance is made. It falls
/// with the number of images for the same distributions: compare only figures of equal numbers.
///
/// Source: Heusel et al., "GANs trained by a two time-scale update rule", 2017.
/// - Returns: nil where a feature is not finite or a set has fewer than two rows.
public func frechetDistance(_ first: Tensor, _ second: Tensor) -> Double? {
  guard first.rows > 1, second.rows > 1, first.isFinite, second.isFinite else { return nil }
  let (a, b) = first.rows <= second.rows ? (first, second) : (second, first)
  let (x, y) = (Centred(a), Centred(b))
  let (n, m) = (a.rows, b.rows)
  let cross = Tensor(uninitialized: [n, m])
  parallelGEMM(
    n, m, a.rowSize, x.rows.pointer, lda: a.rowSize, y.rows.pointer, ldb: a.rowSize,
    transposeB: true, cross.pointer, ldc: m)
  // Not the roots of the eigenvalues of its square, whose rounding the roots would make large.
  guard let values = singularValues(cross) else { return nil }
  // All others are 0 but for rounding, and many small ones add up.
  let largest = values.prefix(min(n - 1, a.rowSize))
  let scale = (Double(n - 1) * Double(m - 1)).squareRoot()
  let trace = largest.reduce(0, +) / scale
  let shift = zip(x.mean, y.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return max(0, shift + x.variance + y.variance - 2 * trace)
}

/// The sum over dimensions of the variance of features [n, D], of each class and averaged over
/// classes that have two rows: how different the images of a class are from each other.
public func withinClassVariance(_ features: Tensor, labels: [Int]) -> Double {
  let byClass = Dictionary(grouping: labels.indices) { labels[$0] }
  let variances = byClass.sorted { $0.key < $1.key }.compactMap { _, rows in
    rows.count > 1 ? Centred(features.gather(rows)).variance : nil
  }
  return variances.reduce(0, +) / Double(max(1, variances.count))
}

private struct Centred {
  let mean: [Double]
  /// [n, D], without the mean.
  let rows: Tensor
  /// tr Σ, with n − 1.
  let variance: Double

  init(_ features: Tensor) {
    let (n, d) = (features.rows, features.rowSize)
    var mean = [Double](repeating: 0, count: d)
    for i in 0..<n { for j in 0..<d { mean[j] += Double(features.pointer[i * d + j]) } }
    for j in 0..<d { mean[j] /= Double(n) }
    let rows = Tensor(uninitialized: [n, d])
    var squares = 0.0
    for i in 0..<n {
      for j in 0..<d {
        let value = Double(features.pointer[i * d + j]) - mean[j]
        rows.pointer[i * d + j] = Float(value)
        squares += value * value
      }
    }
    self.mean = mean
    self.rows = rows
    variance = squares / Double(n - 1)
  }
}

/// Of a matrix [n, m], the largest first, by LAPACK; nil if it does not converge.
private func singularValues(_ matrix: Tensor) -> [Double]? {
  // By columns, as LAPACK reads them, these are the rows of the transpose, which has the same.
  var (m, n) = (Int32(matrix.rowSize), Int32(matrix.rows))
  var a = matrix.values.map(Double.init)
  var values = [Double](repeating: 0, count: Int(min(m, n)))
  var (lda, ldu, ldvt) = (m, Int32(1), Int32(1))
  // No vectors are asked for.
  var (left, right) = (0.0, 0.0)
  var size = max(3 * min(m, n) + max(m, n), 5 * min(m, n)) + 64 * (m + n)
  var work = [Double](repeating: 0, count: Int(size))
  var info: Int32 = 0
  dgesvd_(
    "N", "N", &m, &n, &a, &lda, &values, &left, &ldu, &right, &ldvt, &work, &size, &info)
  return info == 0 ? values : nil
}

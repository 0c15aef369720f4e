/// How well a distilled set teaches, without training a student: ridge regression on the set's
/// features predicts the targets of real images.
///
///     P = F_t F_sᵀ (F_s F_sᵀ + λ·tr(F_s F_sᵀ)/n · I)⁻¹ Y_s,   loss = ‖P − Y_t‖² / (2m)
///
/// The network whose features these are stands for a student at some point of its training; the
/// regression for what the student learns from the set. λ scales with the mean squared length of
/// the features, which is taken as constant by the gradient.
///
/// Source: Zhou, Nezhadarya and Ba, "Dataset distillation using neural feature regression", 2022.
struct RidgeRegression {
  /// λ; chosen on Fashion-MNIST (docs/EXPERIMENTS.md).
  var ridge: Float = 1e-2

  /// - Parameters:
  ///   - set: features F_s of the set [n, D], with labels Y_s [n, K].
  ///   - real: features F_t of real images [m, D], with targets Y_t [m, K].
  /// - Returns: the loss and its gradient by F_s [n, D]; nil where F_s F_sᵀ + λ… is not positive
  ///   definite, as when a feature is not finite.
  func gradient(set: Tensor, labels: Tensor, real: Tensor, targets: Tensor) -> (
    loss: Float, gradient: Tensor
  )? {
    let (n, m, d, k) = (set.rows, real.rows, set.rowSize, labels.rowSize)
    let inner = Tensor(uninitialized: [n, n])
    parallelGEMM(
      n, n, d, set.pointer, lda: d, set.pointer, ldb: d, transposeB: true, inner.pointer, ldc: n)
    let cross = Tensor(uninitialized: [m, n])
    parallelGEMM(
      m, n, d, real.pointer, lda: d, set.pointer, ldb: d, transposeB: true, cross.pointer, ldc: n)
    let trace = (0..<n).reduce(Float(0)) { $0 + inner[$1 * n + $1] }
    for i in 0..<n { inner[i * n + i] += ridge * trace / Float(n) }
    guard let factor = Cholesky(inner) else { return nil }

    let weights = factor.solve(labels)  // A = K⁻¹ Y_s, [n, K]
    let difference = Tensor(uninitialized: [m, k])
    gemm(m, k, n, cross.pointer, lda: n, weights.pointer, ldb: k, difference.pointer, ldc: k)
    difference.add(targets, scale: -1)
    var loss = 0.0
    for i in 0..<difference.count { loss += Double(difference[i]) * Double(difference[i]) }
    difference.scale(by: 1 / Float(m))  // now the gradient by P

    let byCross = Tensor(uninitialized: [m, n])  // G Aᵀ
    gemm(
      m, n, k, difference.pointer, lda: k, weights.pointer, ldb: k, transposeB: true,
      byCross.pointer, ldc: n)
    let byWeights = Tensor(uninitialized: [n, k])  // K_tsᵀ G
    gemm(
      n, k, m, cross.pointer, lda: n, transposeA: true, difference.pointer, ldb: k,
      byWeights.pointer, ldc: k)
    let solved = factor.solve(byWeights)
    let byInner = Tensor(uninitialized: [n, n])  // −(B Aᵀ + A Bᵀ): both places of F_s in F_s F_sᵀ
    gemm(
      n, n, k, alpha: -1, solved.pointer, lda: k, weights.pointer, ldb: k, transposeB: true,
      byInner.pointer, ldc: n)
    gemm(
      n, n, k, alpha: -1, weights.pointer, lda: k, solved.pointer, ldb: k, transposeB: true,
      beta: 1, byInner.pointer, ldc: n)
    let gradient = Tensor(uninitialized: [n, d])
    parallelGEMM(
      n, d, m, byCross.pointer, lda: n, transposeA: true, real.pointer, ldb: d, gradient.pointer,
      ldc: d)
    parallelGEMM(
      n, d, n, byInner.pointer, lda: n, set.pointer, ldb: d, beta: 1, gradient.pointer, ldc: d)
    return (Float(loss / 2 / Double(m)), gradient)
  }
}

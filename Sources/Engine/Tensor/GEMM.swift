import COpenBLAS

/// OpenBLAS runs one thread a call; parallel loops run around it (measured faster, and the same
/// bits whatever the number of threads).
private let singleThreaded: Void = openblas_set_num_threads(1)

/// The kernel set OpenBLAS chose: the CPU's, unless OPENBLAS_CORETYPE says otherwise or OpenBLAS is
/// older than the CPU. Bits agree between machines of one name where `CKernels` chooses alike too:
/// it goes by the CPU alone (x86-64-v4, v3 or less).
public var blasCoreName: String { String(cString: openblas_get_corename()) }

/// C = α·op(A)·op(B) + β·C on one thread; row-major, op(A) is m×k, op(B) is k×n.
func gemm(
  _ m: Int, _ n: Int, _ k: Int, alpha: Float = 1,
  _ a: UnsafePointer<Float>, lda: Int, transposeA: Bool = false,
  _ b: UnsafePointer<Float>, ldb: Int, transposeB: Bool = false,
  beta: Float = 0, _ c: UnsafeMutablePointer<Float>, ldc: Int
) {
  _ = singleThreaded
  guard m > 0 && n > 0 else { return }
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
    blasint(ldc))
}

/// The same over fixed tiles of C, in parallel. Tiles depend on the shape alone.
func parallelGEMM(
  _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafePointer<Float>, lda: Int, transposeA: Bool = false,
  _ b: UnsafePointer<Float>, ldb: Int, transposeB: Bool = false,
  beta: Float = 0, _ c: UnsafeMutablePointer<Float>, ldc: Int
) {
  // Long matrices are cut by rows, wide ones by columns; about a quarter megabyte of C a tile.
  let byRows = m >= n
  let tile = byRows ? max(64, min(m, 65536 / max(n, 1))) : max(64, min(n, 65536 / max(m, 1)))
  parallel(byRows ? m : n, grain: min(tile, max(64, ((byRows ? m : n) + 7) / 8))) { range in
    let first = range.lowerBound
    if byRows {
      gemm(
        range.count, n, k, a + (transposeA ? first : first * lda), lda: lda,
        transposeA: transposeA, b, ldb: ldb, transposeB: transposeB, beta: beta,
        c + first * ldc, ldc: ldc)
    } else {
      gemm(
        m, range.count, k, a, lda: lda, transposeA: transposeA,
        b + (transposeB ? first * ldb : first), ldb: ldb, transposeB: transposeB, beta: beta,
        c + first, ldc: ldc)
    }
  }
}

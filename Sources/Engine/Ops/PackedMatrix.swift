import CKernels

/// A matrix B [K, N] laid out for `psr_product_packed`. A library packs B in every call; weights
/// change once a step and are multiplied many times, so they are packed once.
///
/// A row of a product is the same bits whatever rows go with it.
struct PackedMatrix {
  /// K.
  let rows: Int
  /// N.
  let columns: Int
  private let panels: Tensor

  /// Packs B as it lies at `elements`, or from its transpose [N, K].
  init(
    rows: Int, columns: Int, _ elements: UnsafePointer<Float>, transposed: Bool = false
  ) {
    self.rows = rows
    self.columns = columns
    panels = Tensor(uninitialized: [psr_packed_size(rows, columns)])
    if transposed {
      psr_pack_transposed(rows, columns, elements, panels.pointer)
    } else {
      psr_pack(rows, columns, elements, panels.pointer)
    }
  }

  /// C [m, N] = A [m, K]·B + bias, on this thread. Without gaps between rows.
  func product(
    _ m: Int, _ a: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    _ c: UnsafeMutablePointer<Float>
  ) {
    psr_product_packed(m, columns, rows, a, panels.pointer, bias, c)
  }

  /// The same in parallel over rows.
  func parallelProduct(
    _ m: Int, _ a: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    _ c: UnsafeMutablePointer<Float>
  ) {
    parallel(m, grain: max(32, min(96, (m + 7) / 8))) { range in
      let first = range.lowerBound
      product(range.count, a + first * rows, bias: bias, c + first * columns)
    }
  }
}

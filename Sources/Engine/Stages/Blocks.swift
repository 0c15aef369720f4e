import Engine

/// Networks see rows in blocks of one size, each row at its place modulo that size, empty places
/// being zero: so a row's bits do not depend on how many rows are asked for or where a batch
/// begins, on any BLAS.
enum Blocks {
  static let size = 64

  /// Calls `body` with each full-sized block that rows first..<first+count touch, the rows in it
  /// and where they stand in the block.
  static func forEach(
    first: Int, count: Int,
    _ body: (_ rows: Range<Int>, _ places: Range<Int>) throws -> Void
  ) rethrows {
    var row = 0
    while row < count {
      let place = (first + row) % size
      let length = min(size - place, count - row)
      try body(row..<row + length, place..<place + length)
      row += length
    }
  }

  /// A block with `rows` from `place` on and zeros elsewhere.
  static func padded(_ rows: Tensor, at place: Int) -> Tensor {
    let block = Tensor(zeros: [size] + rows.shape.dropFirst())
    block.setRows(at: place, rows)
    return block
  }
}

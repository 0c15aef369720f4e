/// Two rows whose features are nearly or fully the same.
public struct DuplicatePair: Ranked, Sendable, Equatable {
  public let first: Int
  public let second: Int
  public let cosine: Float

  func precedes(_ other: DuplicatePair) -> Bool {
    (other.cosine, first, second) < (cosine, other.first, other.second)
  }

  /// How many pairs of rows of `features`, [count, dimensions], of any length, have a cosine of at
  /// least `threshold`, and the `limit` most similar of them, the lowest rows first among equals.
  ///
  /// - Complexity: O(count²·dimensions) time; memory for the features, one tile a thread and some
  ///   times `limit` pairs for every 128 rows.
  public static func find(
    in features: Tensor, threshold: Float, limit: Int
  ) -> (count: Int, pairs: [DuplicatePair]) {
    let (unit, _) = features.unitRows()
    let (count, size) = (unit.rows, unit.rowSize)
    let edge = Similarities.edge
    let blocks = (count + edge - 1) / edge
    // Rows of tiles are searched together, so that each has one list of its own to write.
    var found = Array(repeating: Best<DuplicatePair>(limit), count: blocks)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let lists = found
      parallel(blocks) { block in
        let rows = block * edge..<min(count, (block + 1) * edge)
        let tile = Tensor(uninitialized: [edge, edge])
        for other in block..<blocks {
          let columns = other * edge..<min(count, (other + 1) * edge)
          gemm(
            rows.count, columns.count, size, unit.pointer + rows.lowerBound * size, lda: size,
            unit.pointer + columns.lowerBound * size, ldb: size, transposeB: true, tile.pointer,
            ldc: edge)
          for (i, a) in rows.enumerated() {
            for (j, b) in columns.enumerated() where b > a {
              let cosine = tile.pointer[i * edge + j]
              guard cosine >= threshold else { continue }
              lists[block].take(DuplicatePair(first: a, second: b, cosine: cosine))
            }
          }
        }
      }
    }
    var best = Best<DuplicatePair>(limit)
    for list in found {
      for pair in list.sorted() { best.take(pair) }
    }
    return (found.reduce(0) { $0 + $1.count }, best.sorted())
  }
}

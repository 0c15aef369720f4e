/// The rows most similar to a query, out of any number of matrices looked at one after another.
public struct Neighbors: Sendable {
  public struct Match: Sendable, Equatable {
    public let id: Int64
    public let cosine: Float

    func precedes(_ other: Match) -> Bool {
      cosine > other.cosine || (cosine == other.cosine && id < other.id)
    }
  }

  private let query: Tensor
  private let count: Int
  /// The best so far, the most similar first, the lowest id first among equals.
  public private(set) var matches: [Match] = []

  /// - Parameters:
  ///   - query: features of any length.
  ///   - count: how many matches to keep.
  public init(of query: [Float], count: Int) {
    self.query = Tensor(query, shape: [1, query.count]).unitRows().rows
    self.count = count
  }

  /// Looks at the rows of `features`, [ids.count, dimensions], of any length. Rows that are not
  /// finite match nothing.
  public mutating func look(at features: Tensor, ids: [Int64]) {
    let (unit, _) = features.unitRows()
    let size = query.rowSize
    precondition(features.rows == ids.count && features.rowSize == size, "\(features.shape)")
    let cosines = Tensor(uninitialized: [ids.count])
    gemm(
      ids.count, 1, size, unit.pointer, lda: size, query.pointer, ldb: 1, cosines.pointer, ldc: 1)
    for (row, id) in ids.enumerated() {
      let match = Match(id: id, cosine: cosines.pointer[row])
      if matches.count == count, let last = matches.last, !match.precedes(last) { continue }
      guard match.cosine.isFinite, count > 0 else { continue }
      if matches.count == count { matches.removeLast() }
      matches.insert(match, at: matches.firstIndex { match.precedes($0) } ?? matches.count)
    }
  }
}

/// Two rows whose features are nearly or fully the same.
public struct DuplicatePair: Sendable, Equatable {
  public let first: Int
  public let second: Int
  public let cosine: Float

  private func precedes(_ other: DuplicatePair) -> Bool {
    (other.cosine, first, second) < (cosine, other.first, other.second)
  }

  /// The most similar of some pairs, and how many there were.
  private struct Best {
    let limit: Int
    var count = 0
    var pairs: [DuplicatePair] = []
    /// None that does not precede it is among the best.
    private var last: DuplicatePair?

    init(_ limit: Int) { self.limit = limit }

    mutating func take(_ pair: DuplicatePair) {
      count += 1
      if let last, !pair.precedes(last) { return }
      pairs.append(pair)
      // Sorted once for as many as are kept, so that each costs little.
      if pairs.count - limit >= max(limit, 1024) {
        sort()
        last = pairs.last
      }
    }

    mutating func sort() {
      pairs.sort { $0.precedes($1) }
      pairs.removeLast(max(0, pairs.count - limit))
    }
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
    var found = Array(repeating: Best(limit), count: blocks)
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
    var best = Best(limit)
    best.pairs = found.flatMap(\.pairs)
    best.sort()
    return (found.reduce(0) { $0 + $1.count }, best.pairs)
  }
}

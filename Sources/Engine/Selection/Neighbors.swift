/// The rows most similar to a query, out of any number of matrices looked at one after another.
public struct Neighbors: Sendable {
  public struct Match: Ranked, Sendable, Equatable {
    public let id: Int64
    public let cosine: Float

    func precedes(_ other: Match) -> Bool {
      cosine > other.cosine || (cosine == other.cosine && id < other.id)
    }
  }

  private let query: Tensor
  private var best: Best<Match>

  /// The best so far, the most similar first, the lowest id first among equals.
  public var matches: [Match] { best.sorted() }

  /// - Parameters:
  ///   - query: features of any length.
  ///   - count: how many matches to keep.
  public init(of query: [Float], count: Int) {
    self.query = Tensor(query, shape: [1, query.count]).unitRows().rows
    best = Best(count)
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
      let cosine = cosines.pointer[row]
      if cosine.isFinite { best.take(Match(id: id, cosine: cosine)) }
    }
  }
}

import CKernels

/// The candidates of one class, as a strategy sees them.
///
/// Rows are held in ascending order of id whatever order they are given in, so rankings do not
/// depend on it, and "ties go to the lowest id" means the lowest row.
public struct ClassCandidates: Sendable {
  /// The class.
  public let label: Int
  /// Ascending; unique.
  public let ids: [Int64]
  /// One unit row per candidate: [count, dimensions].
  public let features: Tensor
  /// Mean log-probability of the class over teacher views. Empty when not scored, as are the
  /// other scores.
  public let reliability: [Float]
  /// Entropy of the teacher's mean prediction.
  public let uncertainty: [Float]
  /// The teacher's mean probability of the class.
  public let confidence: [Float]
  /// The teacher's mean probability of the class less that of the best other class.
  public let margin: [Float]
  /// The gate: whether the teacher's argmax is the class.
  public let passes: [Bool]
  /// Unit features of the class's real training images, [images, dimensions], if there are any.
  public let real: Tensor?
  /// Whether a candidate of lower id has the very same features.
  public let duplicates: [Bool]

  public var count: Int { ids.count }

  /// - Parameters:
  ///   - features: [ids.count, dimensions], of any length; rows are scaled to unit length.
  ///   - passes: empty means that all pass.
  ///   - real: [images, dimensions], scaled likewise.
  /// - Throws: `SelectionError.invalidCandidates` for counts that differ, ids that repeat, a NaN
  ///   score, or a feature that is not finite.
  public init(
    label: Int, ids: [Int64], features: Tensor, reliability: [Float] = [],
    uncertainty: [Float] = [], confidence: [Float] = [], margin: [Float] = [],
    passes: [Bool] = [], real: Tensor? = nil
  ) throws(SelectionError) {
    func invalid(_ reason: String) -> SelectionError {
      .invalidCandidates(label: label, reason: reason)
    }
    let count = ids.count
    guard features.shape.count == 2, features.rows == count else {
      throw invalid("features of shape \(features.shape) for \(count) ids")
    }
    if let real, real.shape.count != 2 || real.shape[1] != features.shape[1] {
      throw invalid("real features of shape \(real.shape), pool features of \(features.shape)")
    }
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    let isAscending = order == Array(0..<count)
    func arranged<T>(_ values: [T], _ name: String) throws(SelectionError) -> [T] {
      guard values.isEmpty || values.count == count else {
        throw invalid("\(values.count) values of \(name) for \(count) ids")
      }
      return isAscending || values.isEmpty ? values : order.map { values[$0] }
    }
    func score(_ values: [Float], _ name: String) throws(SelectionError) -> [Float] {
      guard !values.contains(where: \.isNaN) else { throw invalid("\(name) holds NaN") }
      return try arranged(values, name)
    }
    self.label = label
    self.ids = try arranged(ids, "id")
    for (a, b) in zip(self.ids, self.ids.dropFirst()) where a == b {
      throw invalid("id \(a) is there twice")
    }
    self.reliability = try score(reliability, "reliability")
    self.uncertainty = try score(uncertainty, "uncertainty")
    self.confidence = try score(confidence, "confidence")
    self.margin = try score(margin, "margin")
    self.passes =
      passes.isEmpty
      ? Array(repeating: true, count: count) : try arranged(passes, "gate")
    let raw = isAscending ? features : features.gather(order)
    let squares: [Double]
    (self.features, squares) = raw.unitRows()
    if let row = squares.firstIndex(where: { !$0.isFinite }) {
      throw invalid("the features of id \(self.ids[row]) are not finite")
    }
    if let real {
      let (unit, squares) = real.unitRows()
      if let row = squares.firstIndex(where: { !$0.isFinite }) {
        throw invalid("the features of real image \(row) are not finite")
      }
      self.real = unit
    } else {
      self.real = nil
    }
    duplicates = ClassCandidates.duplicates(raw, squares)
  }

  /// Equal rows have equal squared lengths, which in double precision hardly ever agree
  /// otherwise, so few rows need comparing.
  private static func duplicates(_ features: Tensor, _ squares: [Double]) -> [Bool] {
    var result = Array(repeating: false, count: features.rows)
    var seen: [Double: [Int]] = [:]
    seen.reserveCapacity(features.rows)
    let size = features.rowSize
    for row in 0..<features.rows {
      let values = UnsafeBufferPointer(start: features.pointer + row * size, count: size)
      let earlier = seen[squares[row], default: []]
      result[row] = earlier.contains {
        UnsafeBufferPointer(start: features.pointer + $0 * size, count: size)
          .elementsEqual(values)
      }
      if !result[row] { seen[squares[row]] = earlier + [row] }
    }
    return result
  }
}

extension ClassCandidates {
  /// Rows that may be ranked on their merits: they pass the gate and repeat no other.
  var eligible: [Int] { (0..<count).filter { passes[$0] && !duplicates[$0] } }

  /// The other rows in the order they fill up a ranking: those that fail the gate, then
  /// duplicates, each by falling confidence.
  var backfill: [Int] {
    let rest = (0..<count).filter { !passes[$0] || duplicates[$0] }
    return rest.sorted { a, b in
      if duplicates[a] != duplicates[b] { return duplicates[b] }
      if !confidence.isEmpty && confidence[a] != confidence[b] {
        return confidence[a] > confidence[b]
      }
      return a < b
    }
  }

  /// What a selection should cover: the real images, or else the candidates that pass the gate
  /// (all of them if none does).
  public var targets: Tensor {
    guard let rows = targetRows else { return real ?? features }
    return rows.count == count ? features : features.gather(rows)
  }

  /// The candidates that are the targets, ascending; nil where real images are.
  private var targetRows: [Int]? {
    if let real, real.rows > 0 { return nil }
    let passing = (0..<count).filter { passes[$0] }
    return passing.isEmpty ? Array(0..<count) : passing
  }

  /// The similarities of the candidates with the targets.
  func similarities(memory: Int) -> Similarities {
    guard let rows = targetRows else {
      return Similarities(features, real ?? features, memory: memory)
    }
    return Similarities(features, among: rows, memory: memory)
  }

  /// A score by name.
  /// - Throws: `SelectionError.notScored` when the candidates lack it.
  func score(_ values: [Float], _ name: String) throws(SelectionError) -> [Float] {
    guard values.count == count else { throw .notScored(name, label: label) }
    return values
  }

  /// The cosines of every row with row `row`.
  func cosines(with row: Int) -> Tensor { products(with: features, row: row) }

  /// The products of every row with a row of `other`.
  func products(with other: Tensor, row: Int = 0) -> Tensor {
    let result = Tensor(uninitialized: [count])
    let size = features.rowSize
    gemm(
      count, 1, size, features.pointer, lda: size, other.pointer + row * size, ldb: 1,
      result.pointer, ldc: 1)
    return result
  }
}

extension Tensor {
  /// The rows scaled to unit length (a zero row stays zero), and their squared lengths.
  func unitRows() -> (rows: Tensor, squares: [Double]) {
    let unit = Tensor(uninitialized: shape)
    let squares = [Double](unsafeUninitializedCapacity: rows) { buffer, count in
      if let base = buffer.baseAddress, rows > 0 {
        psr_unit_rows(rows, rowSize, pointer, unit.pointer, base)
      }
      count = rows
    }
    return (unit, squares)
  }

  /// The mean of the rows.
  var rowMean: Tensor {
    let mean = Tensor(zeros: [rowSize])
    for row in 0..<rows { psr_axpy(rowSize, 1, pointer + row * rowSize, mean.pointer) }
    for i in 0..<rowSize { mean.pointer[i] /= Float(max(rows, 1)) }
    return mean
  }
}

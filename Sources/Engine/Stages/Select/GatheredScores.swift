import Engine
import Store

/// A class's features and scores, gathered from the batches that hold them.
struct GatheredScores {
  private(set) var features = Tensor(zeros: [0, 0])
  private(set) var scores: [String: [Float]] = [:]
  private let count: Int

  /// - Parameter count: rows of the class.
  init(count: Int) { self.count = count }

  /// Puts rows `rows` of a batch to rows `places`.
  /// - Throws: `PoolError`: `failure` for features of another size than before, or not in half
  ///   precision; `damage` for fewer scores than features.
  mutating func add(
    _ batch: FeatureReader.Batch, rows: [Int], at places: [Int], from pool: Pool
  ) throws {
    let sequence = batch.entry.sequence
    let shape = batch.entry.tensors[batch.features].shape
    let width = shape.last ?? 0
    if features.count == 0 {
      features = Tensor(zeros: [count, width])
      for column in batch.columns { scores[column] = Array(repeating: 0, count: count) }
    }
    guard shape.count == 2, width == features.rowSize,
      rows.allSatisfy((0..<shape[0]).contains)
    else {
      throw PoolError(
        .failure, "The scored batches of a class have features of different sizes.",
        remedy: "Score all of them with one teacher: psrdb score --name NAME")
    }
    try pool.withTensor(sequence, batch.features) { description, bytes in
      guard description.dtype == .f16 else {
        throw PoolError(
          .failure, "The features of entry \(sequence) are \(description.dtype), not f16.",
          remedy: "Score again under a new name: psrdb score --name NAME")
      }
      // Straight from the map, rows that follow each other at once.
      var start = 0
      while start < rows.count {
        var end = start + 1
        while end < rows.count, rows[end] == rows[end - 1] + 1, places[end] == places[end - 1] + 1 {
          end += 1
        }
        let run = bytes[rows[start] * width * 2..<(rows[end - 1] + 1) * width * 2]
        Half.convert(
          UnsafeRawBufferPointer(rebasing: run), to: features.pointer + places[start] * width)
        start = end
      }
    }
    let table = try pool.floats(sequence, batch.scores)
    let columns = batch.columns.count
    guard table.count >= shape[0] * columns else {
      throw PoolError(
        .damage, "Entry \(sequence) of \(pool.path) has fewer scores than features.",
        remedy: "psrdb verify --deep")
    }
    for (column, name) in batch.columns.enumerated() {
      guard var values = scores.removeValue(forKey: name) else { continue }
      for (row, place) in zip(rows, places) { values[place] = table[row * columns + column] }
      scores[name] = values
    }
  }
}

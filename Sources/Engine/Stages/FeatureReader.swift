import Engine
import Store

/// Reads a class's features and scores out of `score` entries, as the strategies want them.
struct FeatureReader {
  private let slice: CandidateSlice
  private let pool: Pool
  /// The `score` entries of the scoring, by the entry and class they scored.
  private let scorings: [Target: Int64]
  /// Entries of the train splits.
  private let real: [Int64]

  private struct Target: Hashable {
    var entry: Int64
    var label: Int
  }

  init(_ slice: CandidateSlice, _ pool: Pool) throws {
    self.slice = slice
    self.pool = pool
    let table = try pool.query(
      "SELECT target, class, entry FROM scorings WHERE scoring = ? ORDER BY entry",
      [.text(slice.scoring)])
    var scorings: [Target: Int64] = [:]
    for row in table.rows {
      guard let target = row[0].int, let label = row[1].int, let entry = row[2].int else {
        continue
      }
      scorings[Target(entry: Int64(target), label: label)] = Int64(entry)
    }
    self.scorings = scorings
    real = try pool.query("SELECT entry FROM datasets WHERE split = 'train' ORDER BY entry").rows
      .compactMap { $0[0].int.map(Int64.init) }
  }

  /// - Throws: `PoolError` when the pool cannot be read, `SelectionError` for scores that hold NaN.
  func candidates(_ members: CandidateSlice.Members) throws -> ClassCandidates {
    let ids = members.rows.indices.map(Int64.init)
    guard slice.needsScores else {
      // The strategy looks at no feature: its row number tells each candidate from the others.
      let rows = Tensor(ids.map { Float($0 + 1) }, shape: [ids.count, 1])
      return try ClassCandidates(label: members.label, ids: ids, features: rows)
    }
    var read = Columns()
    let entries = Dictionary(grouping: members.rows.indices) { members.rows[$0].entry }
    for (target, places) in entries.sorted(by: { $0.key < $1.key }) {
      try read.add(
        batch(target, members.label), rows: places.map { members.rows[$0].row }, at: places,
        of: ids.count)
    }
    let covered = try slice.source == .pool ? realFeatures(members.label) : nil
    return try ClassCandidates(
      label: members.label, ids: ids,
      features: Tensor(read.features, shape: [ids.count, read.width]),
      reliability: read.scores["reliability"] ?? [], uncertainty: read.scores["entropy"] ?? [],
      confidence: read.scores["confidence"] ?? [], margin: read.scores["margin"] ?? [],
      passes: (read.scores["correct"] ?? []).map { $0 > 0 }, real: covered)
  }

  /// The features of the class's real training images; nil when they are not scored.
  private func realFeatures(_ label: Int) throws -> Tensor? {
    for entry in real where scorings[Target(entry: entry, label: label)] != nil {
      let batch = try batch(entry, label)
      return Tensor(batch.features, shape: [batch.features.count / batch.width, batch.width])
    }
    return nil
  }

  private struct Batch {
    var features: [Float]
    var width: Int
    var scores: [Float]
    var columns: [String]
  }

  private func batch(_ target: Int64, _ label: Int) throws -> Batch {
    guard let sequence = scorings[Target(entry: target, label: label)] else {
      throw PoolError(
        .notFound, "Entry \(target) of \(pool.path) is not scored as '\(slice.scoring)'.",
        remedy: "psrdb score")
    }
    let entry = try pool.entry(sequence)
    guard case .score(let content) = entry.content,
      let features = pool.tensorNumber(entry, "features", class: label),
      let scores = pool.tensorNumber(entry, "scores", class: label)
    else {
      throw PoolError(
        .damage, "Entry \(sequence) of \(pool.path) lacks the features or scores it should hold.",
        remedy: "psrdb verify --deep")
    }
    return Batch(
      features: try pool.floats(sequence, features), width: entry.tensors[features].shape.last ?? 0,
      scores: try pool.floats(sequence, scores), columns: content.columns)
  }

  /// A class's features and scores, gathered from its batches.
  private struct Columns {
    var features: [Float] = []
    var width = 0
    var scores: [String: [Float]] = [:]

    /// Puts rows `rows` of a batch to rows `places` of `count`.
    mutating func add(_ batch: Batch, rows: [Int], at places: [Int], of count: Int) throws {
      if features.isEmpty {
        width = batch.width
        features = Array(repeating: 0, count: count * width)
        for column in batch.columns { scores[column] = Array(repeating: 0, count: count) }
      }
      guard batch.width == width, rows.allSatisfy({ ($0 + 1) * width <= batch.features.count })
      else {
        throw PoolError(
          .failure, "The scored batches of a class have features of different sizes.",
          remedy: "Score all of them with one teacher, as one --scoring.")
      }
      let size = width
      features.withUnsafeMutableBufferPointer { features in
        batch.features.withUnsafeBufferPointer { source in
          for (row, place) in zip(rows, places) {
            for i in 0..<size { features[place * size + i] = source[row * size + i] }
          }
        }
      }
      for (column, name) in batch.columns.enumerated() {
        guard var values = scores.removeValue(forKey: name) else { continue }
        for (row, place) in zip(rows, places) {
          values[place] = batch.scores[row * batch.columns.count + column]
        }
        scores[name] = values
      }
    }
  }
}

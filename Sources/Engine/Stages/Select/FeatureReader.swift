import Engine
import Store

/// Reads a class's features and scores out of `score` entries, as the strategies want them. Safe
/// to use from several threads.
struct FeatureReader: Sendable {
  private let pool: Pool
  private let scoring: String
  /// Whether features and scores are read at all.
  private let needsScores: Bool
  /// The `score` entries of the scoring, by the entry and class they scored.
  private let scorings: [Target: Scored]
  /// Entries of the train splits.
  private let real: [Int64]

  private struct Target: Hashable {
    var entry: Int64
    var label: Int
  }

  private struct Scored {
    var entry: Int64
    /// Rows, from the first.
    var items: Int
    var teacher: String
    /// What the teacher saw of each row.
    var views: String
  }

  /// - Parameter asOf: only scorings that the pool had when that entry was its last.
  init(
    _ pool: Pool, scoring: String, needsScores: Bool = true, asOf: Int64? = nil
  ) throws {
    self.pool = pool
    self.scoring = scoring
    self.needsScores = needsScores
    let table = try pool.query(
      """
      SELECT target, class, entry, items, teacher, views || ' of seed ' || seed || ' ' || flips
      FROM scorings WHERE scoring = ? ORDER BY entry
      """, [.text(scoring)], asOf: asOf)
    var scorings: [Target: Scored] = [:]
    for row in table.rows {
      guard let target = row[0].int, let label = row[1].int, let entry = row[2].int,
        let items = row[3].int, let teacher = row[4].string, let views = row[5].string
      else { continue }
      scorings[Target(entry: Int64(target), label: label)] = Scored(
        entry: Int64(entry), items: items, teacher: teacher, views: views)
    }
    self.scorings = scorings
    real = try pool.query(
      "SELECT entry FROM datasets WHERE split = 'train' ORDER BY entry", asOf: asOf
    ).rows.compactMap { $0[0].int.map(Int64.init) }
  }

  /// - Parameter covered: the real features to be covered; nil for the candidates themselves.
  /// - Throws: `PoolError` when the pool cannot be read, `SelectionError` for scores that hold NaN.
  func candidates(
    _ members: CandidateSlice.Members, covering covered: Tensor? = nil
  ) throws -> ClassCandidates {
    let ids = members.rows.indices.map(Int64.init)
    guard needsScores else {
      // The strategy looks at no feature: its row number tells each candidate from the others.
      let rows = Tensor(ids.map { Float($0 + 1) }, shape: [ids.count, 1])
      return try ClassCandidates(label: members.label, ids: ids, features: rows)
    }
    let gathered = try gather(members.rows, members.label)
    return try ClassCandidates(
      label: members.label, ids: ids, features: gathered.features,
      reliability: gathered.scores["reliability"] ?? [],
      uncertainty: gathered.scores["entropy"] ?? [],
      confidence: gathered.scores["confidence"] ?? [], margin: gathered.scores["margin"] ?? [],
      passes: (gathered.scores["correct"] ?? []).map { $0 > 0 }, real: covered)
  }

  /// The features of rows of a class, in order: [rows.count, dimensions].
  func features(_ rows: [CandidateSlice.Place], label: Int) throws -> Tensor {
    try gather(rows, label).features
  }

  private func gather(_ rows: [CandidateSlice.Place], _ label: Int) throws -> GatheredScores {
    var gathered = GatheredScores(count: rows.count)
    let entries = Dictionary(grouping: rows.indices) { rows[$0].entry }
    for (target, places) in entries.sorted(by: { $0.key < $1.key }) {
      try gathered.add(
        batch(target, label), rows: places.map { rows[$0].row }, at: places, from: pool)
    }
    return gathered
  }

  /// Refuses a scoring that a merge made one of several: features of two teachers cannot be
  /// compared, nor scores of other views.
  /// - Throws: `PoolError` with code `usage`.
  func requireOneScorer() throws {
    guard needsScores else { return }
    let real = Set(real)
    // Real images are seen once, whatever the views of candidates.
    let views = scorings.filter { !real.contains($0.key.entry) }.map(\.value.views)
    guard Set(scorings.values.map(\.teacher)).count < 2, Set(views).count < 2 else {
      throw PoolError(
        .usage,
        "The scoring '\(scoring)' is of two teachers, or of other views, as of pools that were "
          + "merged.",
        remedy: "Score all by one: psrdb score --name NAME, then --scoring NAME")
    }
  }

  /// Whether one teacher saw these rows of a class and its real training images.
  func areOfOneTeacher(_ rows: [CandidateSlice.Place], label: Int) -> Bool {
    let entries = Set(rows.map(\.entry) + [scoredReal(label)].compactMap(\.self))
    return Set(entries.compactMap { scorings[Target(entry: $0, label: label)]?.teacher }).count < 2
  }

  /// Whether the scoring has scores of a row.
  func isScored(_ place: CandidateSlice.Place, label: Int) -> Bool {
    (scorings[Target(entry: place.entry, label: label)]?.items ?? 0) > place.row
  }

  /// The features of the class's real training images; nil when they are not scored.
  func realFeatures(_ label: Int) throws -> Tensor? {
    guard let entry = scoredReal(label) else { return nil }
    let batch = try batch(entry, label)
    let shape = batch.entry.tensors[batch.features].shape
    return Tensor(try pool.floats(batch.entry.sequence, batch.features), shape: shape)
  }

  /// How many real training images of the class are scored.
  func realCount(_ label: Int) throws -> Int {
    guard let entry = scoredReal(label) else { return 0 }
    let batch = try batch(entry, label)
    return batch.entry.tensors[batch.features].rows
  }

  /// The entry of the class's real training images that are scored.
  private func scoredReal(_ label: Int) -> Int64? {
    real.first { needsScores && scorings[Target(entry: $0, label: label)] != nil }
  }

  /// Columns of the features; 1 where none are read.
  func dimensions(_ members: CandidateSlice.Members) throws -> Int {
    guard needsScores, let first = members.rows.first else { return 1 }
    let batch = try batch(first.entry, members.label)
    return batch.entry.tensors[batch.features].shape.last ?? 0
  }

  /// A `score` entry and the numbers of its tensors.
  struct Batch {
    var entry: Entry
    var features: Int
    var scores: Int
    var columns: [String]
  }

  /// - Throws: `PoolError`: `notFound` where `target` is not scored, `damage` where the entry that
  ///   scored it lacks tensors.
  func batch(_ target: Int64, _ label: Int) throws -> Batch {
    guard let sequence = scorings[Target(entry: target, label: label)]?.entry else {
      throw PoolError(
        .notFound, "Entry \(target) of \(pool.path) is not scored as '\(scoring)'.",
        remedy: "psrdb score")
    }
    let entry = try pool.entry(sequence)
    guard case .score(let content) = entry.content,
      let features = entry.tensorNumber("features", class: label),
      let scores = entry.tensorNumber("scores", class: label)
    else {
      throw PoolError(
        .damage, "Entry \(sequence) of \(pool.path) lacks the features or scores it should hold.",
        remedy: "psrdb verify --deep")
    }
    return Batch(entry: entry, features: features, scores: scores, columns: content.columns)
  }
}

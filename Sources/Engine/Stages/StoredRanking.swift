import Engine
import Store

/// A ranking as a `rank` entry holds it: for each class, picks, gains, bounds and flags.
struct StoredRanking {
  let entry: Entry
  let content: RankContent

  /// The pool's ranking of that key, if it has one.
  static func find(key: String, in pool: Pool) throws -> StoredRanking? {
    let table = try pool.query(
      "SELECT entry FROM rankings WHERE key = ? ORDER BY length DESC LIMIT 1", [.text(key)])
    guard let sequence = table.rows.first?.first?.int else { return nil }
    let entry = try pool.entry(Int64(sequence))
    guard case .rank(let content) = entry.content else { return nil }
    return StoredRanking(entry: entry, content: content)
  }

  static func append(
    _ content: RankContent, _ rankings: [Ranking], _ classes: [CandidateSlice.Members],
    seed: UInt64, to pool: Pool
  ) throws -> StoredRanking {
    var tensors: [TensorDraft] = []
    for (members, ranking) in zip(classes, rankings) {
      let length = ranking.picks.count
      let places = ranking.picks.map { members.rows[$0] }
      tensors.append(
        TensorDraft(
          "picks", class: members.label, shape: [length, 2],
          i64: places.flatMap { [$0.entry, Int64($0.row)] }))
      tensors.append(
        TensorDraft(
          "gains", class: members.label, shape: [length, content.terms.count],
          f32: ranking.gains.flatMap { $0 }))
      // NaN, which the index reads as NULL, where the strategy gives no bound.
      let bounds = ranking.bounds.isEmpty ? Array(repeating: .nan, count: length) : ranking.bounds
      tensors.append(TensorDraft("bounds", class: members.label, shape: [length], f32: bounds))
      tensors.append(
        TensorDraft(
          "flags", class: members.label, shape: [length], u8: ranking.backfilled.map { $0 ? 1 : 0 })
      )
    }
    let entry = try pool.append(
      Draft(.rank(content), arguments: ["seed": "\(seed)"], tensors: tensors))
    return StoredRanking(entry: entry, content: content)
  }

  /// The rankings of the classes, picks being places in their `Members.rows`.
  /// - Throws: `PoolError` with code `damage` when a pick is not among them.
  func rankings(
    _ classes: [CandidateSlice.Members], in pool: Pool
  ) throws -> [Ranking] {
    try classes.map { members in
      let places = Dictionary(uniqueKeysWithValues: zip(members.rows, members.rows.indices))
      var ranking = Ranking()
      guard let picks = pool.tensorNumber(entry, "picks", class: members.label),
        let gains = pool.tensorNumber(entry, "gains", class: members.label),
        let bounds = pool.tensorNumber(entry, "bounds", class: members.label),
        let flags = pool.tensorNumber(entry, "flags", class: members.label)
      else { throw damaged(members.label, pool) }
      let pairs = try pool.integers(entry.sequence, picks)
      for i in 0..<pairs.count / 2 {
        let place = CandidateSlice.Place(entry: Int64(pairs[2 * i]), row: pairs[2 * i + 1])
        guard let row = places[place] else { throw damaged(members.label, pool) }
        ranking.picks.append(row)
      }
      let terms = content.terms.count
      let values = try pool.floats(entry.sequence, gains)
      ranking.gains = ranking.picks.indices.map { Array(values[$0 * terms..<($0 + 1) * terms]) }
      ranking.backfilled = try pool.bytes(entry.sequence, flags).map { $0 != 0 }
      let bound = try pool.floats(entry.sequence, bounds)
      ranking.bounds = bound.contains(where: \.isNaN) ? [] : bound
      return ranking
    }
  }

  private func damaged(_ label: Int, _ pool: Pool) -> PoolError {
    PoolError(
      .damage,
      "The ranking in entry \(entry.sequence) of \(pool.path) does not fit class \(label).",
      remedy: "psrdb verify --deep")
  }
}

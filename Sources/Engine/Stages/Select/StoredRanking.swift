import Engine
import Store

/// A ranking as a `rank` entry holds it: for each class, picks, gains, bounds and flags.
struct StoredRanking {
  let entry: Entry
  let content: RankContent
  /// The entry's tensors by name and class.
  private let numbers: [TensorName: Int]

  private struct TensorName: Hashable {
    var name: String
    var label: Int
  }

  init(_ entry: Entry, _ content: RankContent) {
    self.entry = entry
    self.content = content
    var numbers: [TensorName: Int] = [:]
    for (number, tensor) in entry.tensors.enumerated() {
      if let label = tensor.class { numbers[TensorName(name: tensor.name, label: label)] = number }
    }
    self.numbers = numbers
  }

  /// The pool's ranking of that key, if it has one.
  static func find(key: String, in pool: Pool) throws -> StoredRanking? {
    let table = try pool.query(
      "SELECT entry FROM rankings WHERE key = ? ORDER BY length DESC LIMIT 1", [.text(key)])
    guard let sequence = table.rows.first?.first?.int else { return nil }
    return try at(Int64(sequence), in: pool)
  }

  /// The ranking of a `rank` entry; nil for another.
  static func at(_ sequence: Int64, in pool: Pool) throws -> StoredRanking? {
    let entry = try pool.entry(sequence)
    guard case .rank(let content) = entry.content else { return nil }
    return StoredRanking(entry, content)
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
    return StoredRanking(entry, content)
  }

  /// The classes ranked, ascending.
  var labels: [Int] { entry.tensors.filter { $0.name == "picks" }.compactMap(\.class).sorted() }

  /// A class's ranking: gains, bounds and flags, picks being their own places.
  ///
  /// Picks as rows are in `rankings`, which needs the slice they are of.
  func gains(_ label: Int, in pool: Pool) throws -> Ranking {
    var ranking = Ranking()
    let flags = try pool.bytes(entry.sequence, number("flags", label, pool))
    let values = try pool.floats(entry.sequence, number("gains", label, pool))
    let bounds = try pool.floats(entry.sequence, number("bounds", label, pool))
    let terms = content.terms.count
    guard values.count == flags.count * terms else { throw damaged(label, pool) }
    ranking.picks = Array(flags.indices)
    ranking.gains = flags.indices.map { Array(values[$0 * terms..<($0 + 1) * terms]) }
    ranking.backfilled = flags.map { $0 != 0 }
    ranking.bounds = bounds.contains(where: \.isNaN) ? [] : bounds
    return ranking
  }

  /// The rankings of the classes, picks being places in their `Members.rows`.
  /// - Throws: `PoolError` with code `damage` when a pick is not among them.
  func rankings(
    _ classes: [CandidateSlice.Members], in pool: Pool
  ) throws -> [Ranking] {
    try classes.map { members in
      let places = Dictionary(zip(members.rows, members.rows.indices)) { $1 }
      var ranking = try gains(members.label, in: pool)
      let pairs = try pool.integers(entry.sequence, number("picks", members.label, pool))
      ranking.picks = try (0..<pairs.count / 2).map { i in
        let place = CandidateSlice.Place(entry: Int64(pairs[2 * i]), row: pairs[2 * i + 1])
        guard let row = places[place] else { throw damaged(members.label, pool) }
        return row
      }
      return ranking
    }
  }

  private func number(_ name: String, _ label: Int, _ pool: Pool) throws -> Int {
    guard let number = numbers[TensorName(name: name, label: label)] else {
      throw damaged(label, pool)
    }
    return number
  }

  private func damaged(_ label: Int, _ pool: Pool) -> PoolError {
    PoolError(
      .damage,
      "The ranking in entry \(entry.sequence) of \(pool.path) does not fit class \(label).",
      remedy: "psrdb verify --deep")
  }
}

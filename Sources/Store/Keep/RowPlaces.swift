/// Where the rows of another pool's entries are in this one. Runs of rows that lie together in both
/// take one place, so that it stays small whatever the number of candidates.
struct RowPlaces {
  /// Rows that lie one after the other in both pools: the first is at `entry` and `row` here, or
  /// was not taken.
  struct Run: Equatable {
    var rows: Range<Int>
    var place: Place?
  }

  struct Place: Equatable {
    var entry: Int64
    var row: Int
  }

  /// By the other pool's entry; in the order of rows.
  private var runs: [Int64: [Run]] = [:]

  /// Notes where rows are, from `place` on. Rows are noted in their order; those that were noted
  /// before, for a tensor of another class, stay as they are.
  mutating func note(_ entry: Int64, _ rows: Range<Int>, at place: Place) {
    var there = runs[entry] ?? []
    let end = there.last?.rows.upperBound ?? 0
    if rows.upperBound <= end { return }
    if rows.lowerBound > end { there.append(Run(rows: end..<rows.lowerBound, place: nil)) }
    let new = max(end, rows.lowerBound)..<rows.upperBound
    let start = Place(entry: place.entry, row: place.row + new.lowerBound - rows.lowerBound)
    if let last = there.last, let first = last.place,
      first.entry == start.entry, first.row + last.rows.count == start.row
    {
      there[there.count - 1].rows = last.rows.lowerBound..<new.upperBound
    } else {
      there.append(Run(rows: new, place: start))
    }
    runs[entry] = there
  }

  /// The runs of an entry's first rows that were taken.
  func taken(of entry: Int64, first count: Int) -> [(rows: Range<Int>, place: Place)] {
    (runs[entry] ?? []).compactMap { run in
      let rows = run.rows.clamped(to: 0..<count)
      guard let place = run.place, !rows.isEmpty else { return nil }
      return (rows, place)
    }
  }

  subscript(entry: Int64, row: Int) -> Place? {
    guard let run = runs[entry]?.first(where: { $0.rows.contains(row) }), let place = run.place
    else { return nil }
    return Place(entry: place.entry, row: place.row + row - run.rows.lowerBound)
  }
}

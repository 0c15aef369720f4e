/// Where the rows of another pool's entries are in this one. Runs of rows that lie together in both
/// take one place, so that it stays small whatever the number of candidates.
struct RowPlaces {
  /// Rows that lie one after the other in both pools: the first is at `entry` and `row` here, or
  /// was not taken.
  struct Run: Equatable {
    var rows: Range<Int>
    var place: Place?

    /// Where one of its rows is here; nil where it was not taken.
    func place(of row: Int) -> Place? {
      place.map { Place(entry: $0.entry, row: $0.row + row - rows.lowerBound) }
    }
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

  /// Notes rows that were not taken, but for those that were noted before.
  mutating func leaveOut(_ entry: Int64, _ rows: Range<Int>) {
    let end = runs[entry]?.last?.rows.upperBound ?? 0
    if rows.upperBound <= end { return }
    runs[entry, default: []].append(Run(rows: end..<rows.upperBound, place: nil))
  }

  /// The runs of an entry's first rows that were taken.
  func taken(of entry: Int64, first count: Int) -> [(rows: Range<Int>, place: Place)] {
    (runs[entry] ?? []).compactMap { run in
      let rows = run.rows.clamped(to: 0..<count)
      guard let place = run.place, !rows.isEmpty else { return nil }
      return (rows, place)
    }
  }

  /// The run a row is in; nil where there is no such row.
  func run(of entry: Int64, _ row: Int) -> Run? {
    runs[entry]?.first { $0.rows.contains(row) }
  }
}

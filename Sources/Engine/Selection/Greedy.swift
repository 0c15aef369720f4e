/// Picks, over and over, the eligible row of the largest gain (the lowest row among equals), then
/// fills up with the others in their order.
///
/// Lazy evaluation gives the bits of the plain one: an objective whose gain is a fixed-order sum
/// of terms that never rise is, rounding being monotone, itself never rising.
///
/// - Parameters:
///   - lazily: gains never rise as the set grows, so a row is looked at again only when it comes
///     to the top; else every row is, in order, for every pick.
///   - certified: gains never rise nor fall below zero, so those that remain bound what is missed.
///
/// Source: Nemhauser, Wolsey, Fisher 1978; lazy evaluation: Minoux 1978.
func greedy(
  _ objective: inout some Objective, lazily: Bool, certified: Bool, extending known: Ranking,
  to count: Int, over candidates: ClassCandidates
) -> Ranking {
  var ranking = known
  var taken = Array(repeating: false, count: candidates.count)
  for row in known.picks {
    objective.add(row)
    taken[row] = true
  }
  var queue = GainQueue(candidates.eligible.filter { !taken[$0] }, objective)
  while ranking.picks.count < count, !queue.isEmpty {
    let made = ranking.picks.count
    let wantsBound = certified && ranking.bounds.count < made
    let top = queue.top(wantsBound ? made : 1, objective, lazily: lazily)
    if wantsBound { ranking.bounds.append(top.reduce(0) { $0 + max(0, $1.gain) }) }
    let row = top[0].row
    ranking.append(row, gains: objective.terms(of: row))
    objective.add(row)
    queue.remove(row)
  }
  let others = candidates.backfill.filter { !taken[$0] }
  for row in others.prefix(count - ranking.picks.count) {
    ranking.append(row, gains: objective.terms(of: row), backfilled: true)
    objective.add(row)
  }
  if certified {
    let top = queue.isEmpty ? [] : queue.top(count, objective, lazily: lazily)
    while ranking.bounds.count < count {
      ranking.bounds.append(top.reduce(0) { $0 + max(0, $1.gain) })
    }
  }
  return ranking
}

/// Rows in the order of their gains as last computed, the largest (then the lowest row) first.
private struct GainQueue {
  struct Entry {
    var gain: Float
    var row: Int
    var round: Int

    func precedes(_ other: Entry) -> Bool {
      gain > other.gain || (gain == other.gain && row < other.row)
    }
  }

  /// A binary heap.
  private var heap: [Entry] = []
  private var round = 0

  init(_ rows: [Int], _ objective: some Objective) {
    for row in rows { push(Entry(gain: objective.gain(of: row), row: row, round: 0)) }
  }

  var isEmpty: Bool { heap.isEmpty }

  /// The `count` largest gains as they are now, in order.
  mutating func top(_ count: Int, _ objective: some Objective, lazily: Bool) -> [Entry] {
    if !lazily {
      let rows = heap.map(\.row).sorted()
      heap.removeAll(keepingCapacity: true)
      for row in rows { push(Entry(gain: objective.gain(of: row), row: row, round: round)) }
    }
    var result: [Entry] = []
    while result.count < count, var entry = pop() {
      if entry.round == round {
        result.append(entry)
      } else {
        entry.gain = objective.gain(of: entry.row)
        entry.round = round
        push(entry)
      }
    }
    for entry in result { push(entry) }
    return result
  }

  /// Removes the first row, which has been picked: the gains of the others are now out of date.
  mutating func remove(_ row: Int) {
    let first = pop()
    precondition(first?.row == row)
    round += 1
  }

  private mutating func push(_ entry: Entry) {
    var i = heap.count
    heap.append(entry)
    while i > 0, case let parent = (i - 1) / 2, entry.precedes(heap[parent]) {
      heap[i] = heap[parent]
      i = parent
    }
    heap[i] = entry
  }

  private mutating func pop() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    var i = 0
    while case var child = 2 * i + 1, child < heap.count {
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(last) else { break }
      heap[i] = heap[child]
      i = child
    }
    heap[i] = last
    return first
  }
}

import Foundation

/// Candidates: those that are here already are found by their ids and compared by their bytes.
extension MergePlan {
  /// What a row of candidates is in this pool.
  private enum Row {
    case new
    /// Here with the same bytes.
    case twin(RowPlaces.Place)
    /// Here with other bytes alone.
    case conflict
  }

  mutating func plan(_ entry: Entry, _ content: GenerateContent, _ whole: [Tensor]) throws {
    guard content.first >= 0, content.first <= Int.max - Item.maximumRow - 1,
      whole.first?.description.class == content.class
    else {
      throw PoolError.damage("Entry \(entry.sequence) of \(other.path) contradicts itself.")
    }
    if try isKnown(entry.content, entry.tensors) {
      try take(entry, entry.content, whole)
      return
    }
    let count = whole.first?.rows.count ?? 0
    var conflicting = IndexSet()
    var run = 0..<0
    var isKnown = true
    for row in 0..<count {
      switch try find(row, entry, content) {
      case .twin(let place):
        try take(entry, content, whole, rows: run, conflicting)
        run = row + 1..<row + 1
        places.note(entry.sequence, row..<row + 1, at: place)
      case .conflict:
        conflicting.insert(row)
        fallthrough
      case .new:
        isKnown = false
        run = run.lowerBound..<row + 1
      }
    }
    try take(entry, content, whole, rows: run, conflicting)
    if isKnown { known += 1 }
  }

  private mutating func take(
    _ entry: Entry, _ content: GenerateContent, _ whole: [Tensor], rows: Range<Int>,
    _ conflicting: IndexSet
  ) throws {
    if rows.isEmpty { return }
    guard let tensors = try slices(entry, whole, rows) else {
      // Freed, so they were dropped: their drop has nothing to end here either.
      places.leaveOut(entry.sequence, rows)
      leftOut += rows.count
      return
    }
    var content = content
    content.first += rows.lowerBound
    let sequence = try take(entry, .generate(content), tensors)
    guard sequence >= first else { return }
    for row in conflicting.intersection(IndexSet(integersIn: rows)) {
      conflicts[sequence, default: []].insert(row - rows.lowerBound)
    }
  }

  /// Looks for a row's candidate here, as it came first and as it came again.
  private func find(_ row: Int, _ entry: Entry, _ content: GenerateContent) throws -> Row {
    let found = try pool.query(
      """
      SELECT entry, row FROM main.candidates WHERE id = ?1
      UNION ALL SELECT entry, row FROM main.conflicts WHERE candidate = ?1 ORDER BY entry
      """, [.init(CandidateRows.id(content, row))])
    for place in found.rows {
      guard let there = place[0].int, let thereRow = place[1].int,
        (0...Item.maximumRow).contains(thereRow)
      else {
        throw PoolError.brokenIndex("The index of \(pool.path) says of a candidate what cannot be.")
      }
      let place = RowPlaces.Place(entry: Int64(there), row: thereRow)
      if try isTwin(row, entry, content, place) { return .twin(place) }
    }
    return found.rows.isEmpty ? .new : .conflict
  }

  /// Whether a row of the other pool and one here have the same bytes.
  private func isTwin(
    _ row: Int, _ entry: Entry, _ content: GenerateContent, _ place: RowPlaces.Place
  ) throws -> Bool {
    let theirs = try pool.entry(place.entry)
    for name in ["latent", "image"] {
      guard let mine = entry.tensorNumber(name, class: content.class),
        let number = theirs.tensorNumber(name, class: content.class)
      else { return false }
      let one = try digest(other, entry.sequence, mine, row)
      let two = try digest(pool, place.entry, number, place.row)
      if let one, let two, one != two { return false }
    }
    return true
  }

  /// Of one row of a tensor; nil where it was freed and cannot be compared: it was dropped.
  private func digest(_ pool: Pool, _ entry: Int64, _ number: Int, _ row: Int) throws -> String? {
    do {
      return try pool.digest(entry, number, rows: row..<row + 1)
    } catch let error as PoolError where error.code == .notFound {
      return nil
    } catch let error as PoolError where error.code == .damage {
      throw pool.naming(error)
    }
  }
}

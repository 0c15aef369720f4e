/// Entries that refer to rows: scores, refinements, drops.
extension MergePlan {
  mutating func plan(_ entry: Entry, _ content: ScoreContent, _ whole: [Tensor]) throws {
    let count = whole.first?.rows.count ?? 0
    // Rows that were taken together are scored together; rows that were here have their scores.
    for (rows, place) in places.taken(of: content.target, first: count) {
      var content = content
      content.target = place.entry
      if place.entry < first {
        let scored = try pool.query(
          "SELECT entry FROM scorings WHERE target = ? AND class = ? AND scoring = ?",
          [.integer(place.entry), .init(content.class), .init(content.scoring)])
        if let sequence = scored.rows.first?[0].int {
          // Under one name they are another's, or of other views.
          if case .score(let here) = try pool.entry(Int64(sequence)).content,
            here.isMade(like: content)
          {
            known += 1
          } else {
            leftOut += rows.count
          }
          continue
        }
        // Scores are of the first rows of an entry: of real images some, of candidates all.
        let target = try pool.entry(place.entry)
        let isWhole =
          target.kind == .dataset
          || target.tensors.first { $0.class == content.class }?.rows == rows.count
        guard place.row == 0, isWhole else {
          leftOut += rows.count
          continue
        }
      }
      guard let tensors = try slices(entry, whole, rows) else {
        leftOut += rows.count
        continue
      }
      try take(entry, .score(content), tensors)
    }
  }

  /// Takes the rows whose parents are versions here; an entry for each run of them.
  mutating func plan(_ entry: Entry, _ content: RefineContent, _ whole: [Tensor]) throws {
    guard let parents = whole.first(where: { $0.description.name == "parents" }),
      whole.allSatisfy({
        $0.description.class == content.class && $0.rows.count == content.verdicts.count
      })
    else {
      throw PoolError.damage("Entry \(entry.sequence) of \(other.path) contradicts itself.")
    }
    // Of what was dropped here nothing more is taken that was made of it there.
    let versions = try versions(entry, parents).map { version in
      guard let version, version.isDropped else { return version }
      return try isRefined(version.place, content) ? version : nil
    }
    var start = 0
    for row in 0...versions.count where row == versions.count || versions[row] == nil {
      let run = start..<row
      start = row + 1
      if row < versions.count { leftOut += 1 }
      if run.isEmpty { continue }
      let others = whole.filter { $0.number != parents.number }
      guard var tensors = try slices(entry, others, run) else {
        leftOut += run.count
        continue
      }
      tensors.insert(
        translated(parents, versions[run].compactMap { $0?.place }, rows: run),
        at: parents.number)
      var content = content
      content.verdicts = Array(content.verdicts[run])
      try take(entry, .refine(content), tensors)
    }
    places.leaveOut(entry.sequence, 0..<versions.count)
  }

  /// Whether a version here was refined so, as by an earlier merge.
  private func isRefined(_ place: RowPlaces.Place, _ content: RefineContent) throws -> Bool {
    let item = Item.number(place.entry, content.class, place.row)
    return try !pool.query(
      """
      SELECT 1 FROM main.versions WHERE refinement = ?
        AND parent = (SELECT id FROM main.versions WHERE item = ?) LIMIT 1
      """, [.init(content.refinement), .integer(item)]
    ).rows.isEmpty
  }

  /// Takes the drop of versions that live here and that no selection holds.
  mutating func planDrop(_ entry: Entry, _ whole: [Tensor]) throws {
    var tensors = whole
    var (dropped, left) = (0, 0)
    for (index, tensor) in whole.enumerated() where tensor.description.name == "rows" {
      var places: [RowPlaces.Place] = []
      for version in try versions(entry, tensor) {
        guard let version, try !isHeld(version.place, tensor) else {
          left += 1
          continue
        }
        if !version.isDropped { places.append(version.place) }
      }
      tensors[index] = translated(tensor, places, rows: 0..<places.count)
      dropped += places.count
    }
    leftOut += left
    if dropped > 0 {
      try take(entry, entry.content, tensors)
    } else if left == 0 {
      known += 1
    }
  }

  private func isHeld(_ place: RowPlaces.Place, _ tensor: Tensor) throws -> Bool {
    guard place.entry < first, let label = tensor.description.class else { return false }
    return try pool.holder(of: Item.number(place.entry, label, place.row), class: label) != nil
  }

  /// A version that an entry of the other pool refers to, here.
  private struct Version {
    var place: RowPlaces.Place
    var isDropped: Bool
  }

  /// What the pairs of entry and row in a tensor are here; nil where it is no version: left out, or
  /// a conflict.
  ///
  /// - Throws: `PoolError` with code `damage` where there is no such row.
  private func versions(_ entry: Entry, _ tensor: Tensor) throws -> [Version?] {
    let pairs = try other.integers(entry.sequence, tensor.number)
    guard let label = tensor.description.class, pairs.count == 2 * tensor.rows.count else {
      throw PoolError.damage("Entry \(entry.sequence) of \(other.path) contradicts itself.")
    }
    return try stride(from: 0, to: pairs.count, by: 2).map { pair in
      guard let run = places.run(of: Int64(pairs[pair]), pairs[pair + 1]) else {
        throw PoolError.damage("Entry \(entry.sequence) of \(other.path) refers to no row.")
      }
      return try run.place(of: pairs[pair + 1]).flatMap { try version($0, label) }
    }
  }

  private func version(_ place: RowPlaces.Place, _ class: Int) throws -> Version? {
    if place.entry >= first {
      let isConflict = conflicts[place.entry]?.contains(place.row) == true
      return isConflict ? nil : Version(place: place, isDropped: false)
    }
    let found = try pool.query(
      "SELECT dropped FROM main.versions WHERE item = ?",
      [.integer(Item.number(place.entry, `class`, place.row))])
    return found.rows.first.map { Version(place: place, isDropped: $0[0] != .null) }
  }

  /// A tensor of pairs in this pool's terms.
  private func translated(
    _ tensor: Tensor, _ places: [RowPlaces.Place], rows: Range<Int>
  ) -> Tensor {
    let bytes = places.flatMap { [$0.entry, Int64($0.row)] }.withUnsafeBytes { [UInt8]($0) }
    var translated = tensor
    translated.rows = rows
    translated.bytes = bytes
    translated.description.shape = [places.count, 2]
    translated.description.sha256 = SHA256.hex(of: bytes)
    return translated
  }
}

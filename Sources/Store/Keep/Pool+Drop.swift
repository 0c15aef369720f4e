extension Pool {
  /// Ends versions: questions no longer see them, and `gc` may free what was computed of them. The
  /// journal keeps their digests, and questions about the past still answer as far as they need no tensor
  /// that `gc` freed.
  ///
  /// - Parameters:
  ///   - versions: ids, as in `versions.id`.
  ///   - reason: for the journal.
  /// - Throws: `PoolError`: `notFound` where a version is not there, `usage` where a selection
  ///   holds it.
  @discardableResult
  public func drop(_ versions: [String], reason: String) throws -> Entry {
    var rows: [Int: [Int64]] = [:]
    for id in Set(versions).sorted() {
      let found = try query(
        "SELECT class, entry, row, item FROM versions WHERE id = ?", [.init(id)])
      guard let row = found.rows.first, let `class` = row[0].int, let entry = row[1].int,
        let place = row[2].int
      else {
        throw PoolError(
          .notFound, "There is no version \(id).",
          remedy: "psrdb ls lists those there are.")
      }
      // A drop is for good, so the index's columns are held against each other.
      guard let item = row[3].int, Int64(item) == Item.number(Int64(entry), `class`, place) else {
        throw PoolError.brokenIndex("The index says of \(id) what cannot be.")
      }
      if let selection = try holder(of: Int64(item), class: `class`) {
        throw PoolError(
          .usage, "\(id) is a member of selection “\(selection)”: it cannot be dropped.",
          remedy:
            "Leave it out; with --where, all that selections hold: "
            + "--where \"… AND id NOT IN (SELECT id FROM members)\"")
      }
      rows[`class`, default: []] += [Int64(entry), Int64(place)]
    }
    guard !rows.isEmpty else {
      throw PoolError(
        .usage, "There is nothing to drop.",
        remedy: "psrdb ls --where shows what an expression picks.")
    }
    let tensors = rows.sorted { $0.key < $1.key }.map { `class`, pairs in
      TensorDraft("rows", class: `class`, shape: [pairs.count / 2, 2], i64: pairs)
    }
    return try append(Draft(.drop(DropContent(reason: reason)), tensors: tensors))
  }

  /// A selection that holds an item of a class, if there is one.
  func holder(of item: Int64, class: Int) throws -> String? {
    // By class, so that the members' key finds them: an index by item would cost every selection.
    let holder = try query(
      """
      SELECT selection FROM members
      WHERE selection IN (SELECT selection FROM selections) AND class = ? AND item = ? LIMIT 1
      """, [.init(`class`), .integer(item)])
    return holder.rows.first?[0].string
  }
}

/// What `merge` took.
public struct Merged: Equatable, Sendable {
  /// Entries taken.
  public var entries: Int
  /// Entries that were here already.
  public var known: Int
  /// Rows that were not taken: refinements and drops of candidates that have other bytes here,
  /// refinements of what was dropped here, drops of what selections here hold, scores whose name
  /// stands for others here, those of batches that are here in part and begin elsewhere, and what gc
  /// freed there of batches that are here in part.
  public var leftOut: Int
  /// Entries of kinds that speak of the other pool alone (rankings, selections, evaluations).
  public var leftBehind: Int
}

extension Pool {
  /// Takes what another pool holds and this one does not: data sets, models, candidates, scores,
  /// refinements and drops. All of it, or nothing; a second time, nothing is left to take. The
  /// other pool's last digest is kept.
  ///
  /// A candidate that is here with other bytes is taken too, and flagged `nondeterministic`; not so
  /// what was made of it there.
  ///
  /// - Parameter progress: called with bytes copied and in all; what it throws ends it, and nothing
  ///   is taken.
  /// - Throws: `PoolError`: `noPool`, `damage` where the other pool is not whole, `usage` where it
  ///   contradicts this one (other classes under the same name), `noSpace`, `failure` where this
  ///   one is not open for writing or another thread appends to it meanwhile; or what `progress`
  ///   throws.
  public func merge(
    _ path: String, progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) throws -> Merged {
    let other: Pool
    do {
      other = try Pool.open(at: path, for: .reading, provenance: provenance)
    } catch let error as PoolError where error.code == .noPool {
      throw PoolError(.noPool, error.message, remedy: "Nothing was taken from it: check its path.")
    }
    guard case .`init`(let birth) = try other.entry(1).content else {
      throw PoolError.damage("\(path) does not begin with a pool's birth.")
    }
    let plan = try MergePlan(from: other, into: self)
    let merged = Merged(
      entries: plan.planned.count, known: plan.known, leftOut: plan.leftOut,
      leftBehind: plan.leftBehind)
    if plan.planned.isEmpty { return merged }
    let note = Draft(
      .merge(
        MergeContent(pool: birth.pool, head: other.head.digest, entries: plan.planned.count)))
    try take(plan, note, progress)
    return merged
  }

  /// Appends what was planned, behind a note of where it came from.
  func take(
    _ plan: MergePlan, _ note: Draft, _ progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    let other = plan.other
    let progress = StoppableProgress(progress)
    try state.withLock { state in
      guard let writer = state.writer else {
        throw PoolError(
          .failure, "\(path) is open for reading.", remedy: "Open it for writing to merge.")
      }
      guard state.head.sequence + 2 == plan.first else {
        throw PoolError(
          .failure, "\(path) has grown while it was compared with \(other.path).",
          remedy: "Merge again.")
      }
      do {
        state.head = try take(plan.planned, note, other, after: state.head, writer.index, progress)
        try state.commitIndex()
      } catch {
        // The entries may be stored though the index could not follow: then their tensors stay.
        if let head = try? environment.read({ try environment.head($0) }) {
          state.head = head
          try? environment.reclaim(after: head.sequence)
        }
        if error is Projection.Contradiction || SQLite.isConflict(error) {
          throw PoolError(
            .usage, "\(other.path) does not fit \(path): \(error).",
            remedy: "Merge pools that were made with the same data and models.")
        }
        throw progress.stop ?? Self.explain(error, files, "Could not merge into")
      }
    }
  }

  private typealias Complete = (entry: Entry, bytes: [UInt8])

  /// Writes the tensors where nobody sees them, then all entries at once; the index has staged them
  /// then.
  private func take(
    _ planned: [MergePlan.Planned], _ note: Draft, _ other: Pool,
    after head: (sequence: Int64, digest: String), _ index: IndexWriter,
    _ progress: StoppableProgress
  ) throws -> (sequence: Int64, digest: String) {
    var entries: [Complete] = [try prepare(note, after: head)]
    var copies = TensorCopies(from: other, to: environment)
    for planned in planned {
      let origin = planned.origin
      let (last, tensors) = (entries[entries.count - 1].entry, planned.tensors)
      entries.append(
        try Entry.encode(
          Draft(planned.content, arguments: origin.arguments),
          tensors: tensors.map(\.description), sequence: last.sequence + 1,
          previous: last.digest, time: origin.time,
          provenance: Provenance(
            version: origin.version, blas: origin.blas, threads: origin.threads)))
      for (number, tensor) in tensors.enumerated() {
        copies.add(tensor, of: origin, as: Key(last.sequence + 1, number))
      }
    }
    try copies.make(progress)
    let sources = entries.enumerated().map { place, complete in
      (
        entry: complete.entry,
        bytes: { (number: Int) throws -> [UInt8] in
          let tensor = planned[place - 1].tensors[number]
          if let bytes = tensor.bytes { return bytes }
          return try other.withTensor(planned[place - 1].origin.sequence, tensor.number) {
            [UInt8](try Self.slice($0, $1, tensor.rows))
          }
        }
      )
    }
    try index.stage(sources)
    do {
      try environment.write { transaction in
        for (entry, bytes) in entries { try store(entry, bytes, transaction) }
      }
    } catch {
      index.rollback()
      throw error
    }
    let last = entries[entries.count - 1].entry
    return (last.sequence, last.digest)
  }

  /// An error of damage that says which of two pools is hurt.
  func naming(_ error: PoolError) -> PoolError {
    PoolError(
      .damage, "\(path) is damaged: \(error.message)",
      remedy: "psrdb --pool \(shellWord(path)) verify --deep says what is hurt.",
      cause: error.cause)
  }
}

/// What `gc` freed, or would free.
public struct Reclaimed: Encodable, Equatable, Sendable {
  /// How many tensors.
  public var tensors: Int
  /// Their bytes.
  public var bytes: Int
}

extension Pool {
  /// Frees the tensors of entries all of whose rows were dropped: latents, images, logits and
  /// features. What the index is made of stays, and so do all digests. The pages are used again;
  /// `compact` gives them back to the file system.
  ///
  /// - Parameter dryRun: frees nothing, only counts.
  /// - Throws: `PoolError`; `failure` where the pool is not open for writing.
  public func collect(dryRun: Bool = false) throws -> Reclaimed {
    let entries = try entries()
    return try state.withLock { state in
      guard dryRun || state.writer != nil else {
        throw PoolError(
          .failure, "\(path) is open for reading.", remedy: "Open it for writing to collect.")
      }
      do {
        let spent = try environment.read { transaction in
          try SpentRows(entries) { try environment.integers($0, $1, transaction) }
        }
        if dryRun { return try environment.read { try free(entries, spent, $0) { _ in } } }
        return try environment.write { transaction in
          try free(entries, spent, transaction) {
            try transaction.remove(environment.tensors, $0)
          }
        }
      } catch {
        throw Self.explain(error, files, "Could not collect in")
      }
    }
  }

  private func free(
    _ entries: [Entry], _ spent: SpentRows, _ transaction: borrowing some Reading & ~Copyable,
    _ remove: (Key) throws -> Void
  ) throws -> Reclaimed {
    var reclaimed = Reclaimed(tensors: 0, bytes: 0)
    for entry in entries {
      for (number, tensor) in entry.tensors.enumerated() where spent.contains(entry, tensor) {
        let key = Key(entry.sequence, number)
        guard let value = try transaction.value(environment.tensors, key) else { continue }
        reclaimed.tensors += 1
        reclaimed.bytes += value.count
        try remove(key)
      }
    }
    return reclaimed
  }
}

import Foundation

extension Pool {
  /// Appends an entry with its tensors. Durable when it returns; all or nothing.
  ///
  /// - Throws: `PoolError`: `usage` where the entry contradicts itself or the pool, or is too
  ///   large; `noSpace`; `failure` where the pool is not open for writing, or the index could not
  ///   follow: then the pool is open for reading alone from there on.
  @discardableResult
  public func append(_ draft: Draft) throws -> Entry {
    try state.withLock { state in
      guard let writer = state.writer else {
        throw PoolError(
          .failure, "\(path) is open for reading.", remedy: "Open it for writing to append.")
      }
      do {
        let entry = try append(draft, &state.head, writer.index)
        try state.commitIndex()
        state.note(entry)
        return entry
      } catch let error as Projection.Contradiction {
        throw PoolError(.usage, "The pool refuses this \(draft.content.kind) entry: \(error).")
      } catch  where SQLite.isConflict(error) {
        throw PoolError(
          .usage,
          "The pool refuses this \(draft.content.kind) entry: it has rows the pool has already.",
          cause: error)
      } catch {
        throw Self.explain(error, files, "Could not append to")
      }
    }
  }

  /// Stores an entry; the index has staged it then.
  private func append(
    _ draft: Draft, _ head: inout (sequence: Int64, digest: String), _ index: IndexWriter
  ) throws -> Entry {
    let before = head
    let headers = try headers(of: draft)
    // Another thread makes the index's rows while this one copies the tensors and digests them.
    let outline = outline(draft, after: before)
    let staging = Meanwhile {
      try index.stageContent(of: outline) { draft.tensors[$0].bytes }
    }
    // Where the map has to grow, only the transaction is begun again.
    var complete: (entry: Entry, bytes: [UInt8])?
    func finish(_ digests: [String]) throws -> (entry: Entry, bytes: [UInt8]) {
      if let complete { return complete }
      let new = try prepare(draft, digests: digests, after: before)
      try staging.result().get()
      try index.record(new.entry)
      complete = new
      return new
    }
    let entry: Entry
    do {
      entry = try environment.write { transaction in
        let digests = try put(draft.tensors, headers, of: outline.sequence, transaction)
        let (entry, bytes) = try finish(digests)
        try store(entry, bytes, transaction)
        return entry
      }
    } catch {
      // The other thread has to be done with the index before this one takes it back.
      if case .success = staging.result() { index.rollback() }
      throw error
    }
    head = (entry.sequence, entry.digest)
    return entry
  }

  /// The headers of a draft's tensors.
  ///
  /// - Throws: `PoolError` with code `usage` where one does not fit itself, or is too large.
  private func headers(of draft: Draft) throws -> [TensorHeader] {
    try draft.tensors.map { tensor in
      guard let header = TensorHeader(dtype: tensor.dtype, shape: tensor.shape) else {
        throw PoolError(
          .usage,
          "Tensor “\(tensor.name)” of shape \(tensor.shape) is too large: a value holds 1 GiB.",
          remedy: "Append it in smaller batches.")
      }
      guard header.byteCount == tensor.bytes.count else {
        throw PoolError(
          .usage,
          "Tensor “\(tensor.name)” of shape \(tensor.shape) has \(tensor.bytes.count) bytes.")
      }
      return header
    }
  }

  /// A draft as the entry after `head`, without digests.
  private func outline(_ draft: Draft, after head: (sequence: Int64, digest: String)) -> Entry {
    Entry(
      sequence: head.sequence + 1, time: "", arguments: draft.arguments, content: draft.content,
      tensors: draft.tensors.map { $0.description(sha256: "") }, version: provenance.version,
      blas: provenance.blas, threads: provenance.threads, previous: head.digest, digest: "")
  }

  /// Completes a draft, whose tensors have these digests, into the entry after `head`.
  func prepare(
    _ draft: Draft, digests: [String] = [], after head: (sequence: Int64, digest: String)
  ) throws -> (entry: Entry, bytes: [UInt8]) {
    try Entry.encode(
      draft, tensors: zip(draft.tensors, digests).map { $0.description(sha256: $1) },
      sequence: head.sequence + 1, previous: head.digest, time: Date().ISO8601Format(),
      provenance: provenance)
  }

  /// Puts an entry at the journal's end: with the transaction it becomes part of the pool, and its
  /// tensors with it.
  func store(
    _ entry: Entry, _ bytes: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws {
    guard try environment.head(transaction) == (entry.sequence - 1, entry.previous) else {
      throw PoolError.damage("Somebody else has appended to the journal.")
    }
    try transaction.reserve(environment.journal, Key(entry.sequence), count: bytes.count)
      .copyBytes(from: bytes)
  }

  /// Stores tensors and gives their digests.
  private func put(
    _ tensors: [TensorDraft], _ headers: [TensorHeader], of sequence: Int64,
    _ transaction: borrowing WriteTransaction
  ) throws -> [String] {
    var digests: [String] = []
    for (number, (tensor, header)) in zip(tensors, headers).enumerated() {
      let value = try transaction.reserve(
        environment.tensors, Key(sequence, number), count: TensorHeader.size + header.byteCount)
      header.write(to: value)
      digests.append(
        SHA256.hex(
          copying: tensor.bytes,
          to: UnsafeMutableRawBufferPointer(rebasing: value[TensorHeader.size...])))
    }
    return digests
  }
}

import Foundation
import Synchronization

extension Pool {
  /// Appends an entry with its tensors. Durable when it returns; all or nothing.
  ///
  /// - Throws: `PoolError`: `usage` where the entry contradicts itself or the pool, or is too
  ///   large; `noSpace`; `failure` where the pool is not open for writing.
  @discardableResult
  public func append(_ draft: Draft) throws -> Entry {
    try state.withLock { state in
      guard let writer = state.writer else {
        throw PoolError(
          .failure, "\(path) is open for reading.", remedy: "Open it for writing to append.")
      }
      do {
        let entry = try append(draft, &state.head, writer.index)
        state.entries[entry.sequence] = entry
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

  /// Bytes from which on tensors are written ahead of their entry.
  private static let large = 1 << 20

  private func append(
    _ draft: Draft, _ head: inout (sequence: Int64, digest: String), _ index: IndexWriter
  ) throws -> Entry {
    let before = head
    let headers = try headers(of: draft)
    let stage: @Sendable () throws -> (entry: Entry, bytes: [UInt8]) = { [self] in
      let complete = try prepare(draft, after: before)
      try index.stage(
        [(complete.entry, { draft.tensors[$0].bytes })], allowingConflicts: false)
      return complete
    }
    let isLarge = headers.reduce(0) { $0 + $1.byteCount } >= Self.large
    let staged =
      try isLarge
      ? stageWriting(draft.tensors, headers, after: before.sequence, stage, index) : stage()
    do {
      try environment.write { transaction in
        try store(staged.entry, staged.bytes, transaction)
        if !isLarge { try put(draft.tensors, headers, of: staged.entry.sequence, transaction) }
      }
    } catch {
      index.rollback()
      if isLarge { try? environment.reclaim(after: before.sequence) }
      throw error
    }
    head = (staged.entry.sequence, staged.entry.digest)
    try index.commit()
    return staged.entry
  }

  /// Writes tensors behind the journal's end, where they are no part of the pool until their entry
  /// is, while another thread takes their digests and their rows into the index: writing is half
  /// waiting. Nothing is left where either fails.
  private func stageWriting<Staged: Sendable>(
    _ tensors: [TensorDraft], _ headers: [TensorHeader], after head: Int64,
    _ stage: @escaping @Sendable () throws -> Staged, _ index: IndexWriter
  ) throws -> Staged {
    let staging = Meanwhile(stage)
    let writing = Result {
      try environment.reclaim(after: head)
      try environment.write { try put(tensors, headers, of: head + 1, $0) }
    }
    let staged = staging.result()
    switch (staged, writing) {
    case (.success(let staged), .success): return staged
    case (.success, .failure(let error)):
      index.rollback()
      try? environment.reclaim(after: head)
      throw error
    case (.failure(let error), _):
      try? environment.reclaim(after: head)
      throw error
    }
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

  /// Completes a draft into the entry after `head`.
  func prepare(
    _ draft: Draft, after head: (sequence: Int64, digest: String)
  ) throws -> (entry: Entry, bytes: [UInt8]) {
    let tensors = draft.tensors.map { tensor in
      TensorDescription(
        name: tensor.name, class: tensor.class, dtype: tensor.dtype, shape: tensor.shape,
        sha256: tensor.sha256)
    }
    return try Entry.encode(
      draft, tensors: tensors, sequence: head.sequence + 1, previous: head.digest,
      time: Date().ISO8601Format(), provenance: provenance)
  }

  /// Puts an entry at the journal's end: with the transaction it becomes part of the pool.
  func store(
    _ entry: Entry, _ bytes: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws {
    guard try environment.head(transaction) == (entry.sequence - 1, entry.previous) else {
      throw PoolError.damage("Somebody else has appended to the journal.")
    }
    try transaction.reserve(environment.journal, Key(entry.sequence), count: bytes.count)
      .copyBytes(from: bytes)
  }

  private func put(
    _ tensors: [TensorDraft], _ headers: [TensorHeader], of sequence: Int64,
    _ transaction: borrowing WriteTransaction
  ) throws {
    for (number, (tensor, header)) in zip(tensors, headers).enumerated() {
      let value = try transaction.reserve(
        environment.tensors, Key(sequence, number), count: TensorHeader.size + header.byteCount)
      header.write(to: value)
      UnsafeMutableRawBufferPointer(rebasing: value[TensorHeader.size...])
        .copyBytes(from: tensor.bytes)
    }
  }
}

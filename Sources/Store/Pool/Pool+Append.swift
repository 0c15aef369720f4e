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
      let (entry, bytes) = try prepare(draft, after: state.head)
      do {
        try writer.index.apply(
          [(entry, { draft.tensors[$0].bytes })], allowingConflicts: false
        ) {
          try store(entry, bytes, draft.tensors)
          state.head = (entry.sequence, entry.digest)
        }
      } catch let error as Projection.Contradiction {
        throw PoolError(.usage, "The pool refuses this \(entry.kind) entry: \(error).")
      } catch  where SQLite.isConflict(error) {
        throw PoolError(
          .usage, "The pool refuses this \(entry.kind) entry: it has rows the pool has already.",
          cause: error)
      } catch {
        throw Self.explain(error, files, "Could not append to")
      }
      state.entries[entry.sequence] = entry
      return entry
    }
  }

  /// Completes a draft into the entry after `head`.
  func prepare(
    _ draft: Draft, after head: (sequence: Int64, digest: String)
  ) throws -> (Entry, [UInt8]) {
    let tensors = try draft.tensors.map { tensor in
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
      return TensorDescription(
        name: tensor.name, class: tensor.class, dtype: tensor.dtype, shape: tensor.shape,
        sha256: tensor.sha256)
    }
    return try Entry.encode(
      draft, tensors: tensors, sequence: head.sequence + 1, previous: head.digest,
      time: Date().ISO8601Format(), provenance: provenance)
  }

  /// The commit point: the entry and its tensors in one transaction.
  func store(_ entry: Entry, _ bytes: [UInt8], _ tensors: [TensorDraft]) throws {
    try environment.write { transaction in
      guard try environment.head(transaction) == (entry.sequence - 1, entry.previous) else {
        throw PoolError.damage("Somebody else has appended to the journal.")
      }
      let value = try transaction.reserve(
        environment.journal, Key(entry.sequence), count: bytes.count)
      value.copyBytes(from: bytes)
      for (number, tensor) in tensors.enumerated() {
        guard let header = TensorHeader(dtype: tensor.dtype, shape: tensor.shape) else {
          throw PoolError(.usage, "Tensor “\(tensor.name)” is too large.")
        }
        let value = try transaction.reserve(
          environment.tensors, Key(entry.sequence, number),
          count: TensorHeader.size + header.byteCount)
        header.write(to: value)
        UnsafeMutableRawBufferPointer(rebasing: value[TensorHeader.size...])
          .copyBytes(from: tensor.bytes)
      }
    }
  }
}

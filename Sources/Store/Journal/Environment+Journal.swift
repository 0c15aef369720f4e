extension Environment {
  /// The stored bytes of an entry, in a snapshot.
  func entryBytes(
    _ sequence: Int64, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> UnsafeRawBufferPointer {
    guard sequence > 0, let bytes = try transaction.value(journal, Key(sequence)) else {
      if try sequence > 0 && sequence <= head(transaction).sequence {
        throw PoolError.damage("Entry \(sequence) of the journal is missing.")
      }
      throw PoolError(
        .notFound, "There is no journal entry \(sequence).",
        remedy: "psrdb log lists those there are.")
    }
    return bytes
  }

  /// Number and digest of the last entry; (0, zeros) in an empty journal.
  func head(
    _ transaction: borrowing some Reading & ~Copyable
  ) throws -> (sequence: Int64, digest: String) {
    let cursor = try Cursor(transaction, journal)
    guard let last = try cursor.last() else { return (0, Entry.origin) }
    guard let key = Key(last.key), key.number == nil else {
      throw PoolError.damage("The journal's last key is none of psrdb's.")
    }
    return (key.sequence, SHA256.hex(of: last.value))
  }

  /// A tensor's stored value, header included, and the header.
  func tensorValue(
    _ sequence: Int64, _ number: Int, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> (header: TensorHeader, rows: UnsafeRawBufferPointer)? {
    guard let value = try transaction.value(tensors, Key(sequence, number)) else { return nil }
    guard let header = TensorHeader(value) else {
      throw PoolError.damage("Tensor \(number) of entry \(sequence) has no valid header.")
    }
    return (header, UnsafeRawBufferPointer(rebasing: value[TensorHeader.size...]))
  }

  /// The elements of an i64 tensor; none where it is missing or another.
  func integers(
    _ sequence: Int64, _ number: Int, _ transaction: borrowing some Reading & ~Copyable
  ) throws -> [Int64] {
    guard let (header, rows) = try? tensorValue(sequence, number, transaction),
      header.dtype == .i64
    else { return [] }
    return (0..<rows.count / 8).map { rows.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
  }

  /// Removes tensors behind the last entry: what an interrupted merge left.
  func reclaim(after head: Int64) throws {
    let isClean = try read { transaction in
      let last = try Cursor(transaction, tensors).last()
      return last.flatMap { Key($0.key) }.map { $0.sequence <= head } ?? true
    }
    if isClean { return }
    try write { transaction in
      var keys: [Key] = []
      do {
        let cursor = try Cursor(transaction, tensors)
        var pair = try cursor.seek(Key(head + 1, 0))
        while let (key, _) = pair {
          if let key = Key(key) { keys.append(key) }
          pair = try cursor.next()
        }
      }
      for key in keys { try transaction.remove(tensors, key) }
    }
  }
}

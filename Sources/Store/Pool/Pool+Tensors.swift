import Synchronization

extension Pool {
  /// Runs `body` on the rows of a tensor, straight from the map: no copy, valid only inside, and
  /// aligned to 16 bytes. `number` is its place in the entry's tensors.
  ///
  /// Do not append inside: a map that has to grow waits for its readers.
  ///
  /// - Throws: `PoolError`: `notFound`, or `damage` where it is not as the journal says, by its digest
  ///   too: a disk's flipped bit would become a wrong result without a word. Each is digested once.
  public func withTensor<R>(
    _ sequence: Int64, _ number: Int,
    _ body: (TensorDescription, UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    let entry = try entry(sequence)
    guard entry.tensors.indices.contains(number) else {
      throw PoolError(.notFound, "Entry \(sequence) has no tensor \(number).")
    }
    let description = entry.tensors[number]
    return try environment.read { transaction in
      guard let (header, rows) = try environment.tensorValue(sequence, number, transaction) else {
        throw PoolError(
          .notFound, "Tensor “\(description.name)” of entry \(sequence) is not in the pool.",
          remedy: "gc freed it, or the pool is damaged: psrdb verify")
      }
      guard header.dtype == description.dtype, header.shape == description.shape else {
        throw PoolError.damage(
          "Tensor “\(description.name)” of entry \(sequence) is not as the journal says.")
      }
      environment.look(at: rows.count, transaction)
      try requireIntact(description, rows, Key(sequence, number))
      if UInt(bitPattern: rows.baseAddress) & 15 == 0 { return try body(description, rows) }
      // Small values share pages and may lie anywhere.
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: rows.count, alignment: 16)
      defer { copy.deallocate() }
      copy.copyMemory(from: rows)
      return try body(description, UnsafeRawBufferPointer(copy))
    }
  }

  private func requireIntact(
    _ description: TensorDescription, _ rows: UnsafeRawBufferPointer, _ key: Key
  ) throws {
    guard !intact.withLock({ $0.contains(key) }) else { return }
    guard SHA256.hex(of: rows) == description.sha256 else {
      throw PoolError.damage(
        "Tensor “\(description.name)” of entry \(key.sequence) has another digest than the journal's."
      )
    }
    intact.withLock { _ = $0.insert(key) }
  }

  /// Rows of a f16, f32 or u8 tensor as Float.
  ///
  /// - Throws: `PoolError`; `usage` where the rows are not there or the type is another.
  public func floats(_ sequence: Int64, _ number: Int, rows: Range<Int>? = nil) throws -> [Float] {
    try withTensor(sequence, number) { description, bytes in
      let bytes = try Self.slice(description, bytes, rows)
      switch description.dtype {
      case .f32:
        return [Float](bytes.bindMemory(to: Float.self))
      case .f16:
        let table = HalfTable.values
        return bytes.bindMemory(to: UInt16.self).map { table[Int($0)] }
      case .u8:
        return bytes.map { Float($0) }
      case .i32, .i64:
        throw Self.wrongType(description, "floats")
      }
    }
  }

  /// Rows of a u8 tensor.
  ///
  /// - Throws: `PoolError`; `usage` where the rows are not there or the type is another.
  public func bytes(_ sequence: Int64, _ number: Int, rows: Range<Int>? = nil) throws -> [UInt8] {
    try withTensor(sequence, number) { description, bytes in
      guard description.dtype == .u8 else { throw Self.wrongType(description, "bytes") }
      return [UInt8](try Self.slice(description, bytes, rows))
    }
  }

  /// The elements of an i32 or i64 tensor.
  ///
  /// - Throws: `PoolError`; `usage` where the type is another.
  public func integers(_ sequence: Int64, _ number: Int) throws -> [Int] {
    try withTensor(sequence, number) { description, bytes in
      switch description.dtype {
      case .i32: return bytes.bindMemory(to: Int32.self).map { Int($0) }
      case .i64: return bytes.bindMemory(to: Int64.self).map { Int($0) }
      default: throw Self.wrongType(description, "integers")
      }
    }
  }

  static func slice(
    _ description: TensorDescription, _ bytes: UnsafeRawBufferPointer, _ rows: Range<Int>?
  ) throws -> UnsafeRawBufferPointer {
    guard let rows else { return bytes }
    guard rows.lowerBound >= 0, rows.upperBound <= description.rows else {
      throw PoolError(
        .usage, "Tensor “\(description.name)” has \(description.rows) rows, not \(rows).")
    }
    let width = description.rows == 0 ? 0 : bytes.count / description.rows
    return UnsafeRawBufferPointer(
      rebasing: bytes[rows.lowerBound * width..<rows.upperBound * width])
  }

  private static func wrongType(_ description: TensorDescription, _ wanted: String) -> PoolError {
    PoolError(.usage, "Tensor “\(description.name)” is \(description.dtype), not \(wanted).")
  }
}

/// Every half-precision number as Float: a look-up beats a conversion by software.
enum HalfTable {
  static let values: [Float] = (0...UInt16.max).map { Float(Float16(bitPattern: $0)) }
}

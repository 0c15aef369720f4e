/// The tensors that a merge takes from another pool.
///
/// They are copied before their entries are there, where nobody sees them, and many in a transaction,
/// since each is synchronised to the disk.
struct TensorCopies {
  private struct Copy {
    let tensor: MergePlan.Tensor
    let origin: Entry
    let key: Key

    var byteCount: Int { tensor.description.byteCount ?? 0 }
  }

  private let other: Pool
  private let environment: Environment
  /// Bytes of a transaction, which may pass it by one tensor: pages in memory until it is committed.
  private static let batch = 64 << 20
  private var list: [Copy] = []

  init(from other: Pool, to environment: Environment) {
    self.other = other
    self.environment = environment
  }

  mutating func add(_ tensor: MergePlan.Tensor, of origin: Entry, as key: Key) {
    list.append(Copy(tensor: tensor, origin: origin, key: key))
  }

  /// - Parameter progress: called with bytes copied and in all, before and after each transaction.
  /// - Throws: `PoolError` with code `damage` where a tensor is not there, or not as the journal says;
  ///   `LMDBError`; what `progress` throws.
  func make(_ progress: StoppableProgress) throws {
    let total = list.reduce(0) { $0 + $1.byteCount }
    var rest = list[...]
    var done = 0
    var spent: SpentRows?
    while !rest.isEmpty {
      try progress(done, total)
      var bytes = 0
      let next = rest.prefix { copy in
        guard bytes < Self.batch else { return false }
        bytes += copy.byteCount
        return true
      }
      var gone: [Copy] = []
      try environment.write { transaction in
        gone = try next.filter { try !copied($0, transaction) }
      }
      // gc freed them there; the drop that let it comes with the entries.
      for copy in gone {
        let rows =
          try spent ?? SpentRows(other.entries()) { try other.integers($0, $1).map(Int64.init) }
        spent = rows
        guard rows.contains(copy.origin, copy.tensor.description) else { throw missing(copy) }
      }
      rest = rest.dropFirst(next.count)
      done += bytes
    }
    try progress(done, total)
  }

  private func missing(_ copy: Copy) -> PoolError {
    PoolError(
      .damage,
      "Tensor “\(copy.tensor.description.name)” of entry \(copy.origin.sequence) of "
        + "\(other.path) is missing, or was freed meanwhile.",
      remedy:
        "psrdb --pool \(shellWord(other.path)) verify; where that is whole, merge again.")
  }

  /// Copies a tensor's rows, checking their digest; false where the other pool has them no more.
  private func copied(_ copy: Copy, _ transaction: borrowing WriteTransaction) throws -> Bool {
    let description = copy.tensor.description
    guard let header = TensorHeader(dtype: description.dtype, shape: description.shape) else {
      throw PoolError.damage(
        "A tensor of entry \(copy.origin.sequence) of \(other.path) is too large.")
    }
    func store(_ rows: UnsafeRawBufferPointer) throws {
      guard rows.count == header.byteCount, SHA256.hex(of: rows) == description.sha256 else {
        throw PoolError.damage(
          "Tensor “\(description.name)” of entry \(copy.origin.sequence) is not as the journal says."
        )
      }
      let value = try transaction.reserve(
        environment.tensors, copy.key, count: TensorHeader.size + rows.count)
      header.write(to: value)
      UnsafeMutableRawBufferPointer(rebasing: value[TensorHeader.size...]).copyMemory(from: rows)
    }
    if let bytes = copy.tensor.bytes {
      try bytes.withUnsafeBytes(store)
      return true
    }
    do {
      try other.withTensor(copy.origin.sequence, copy.tensor.number) {
        try store(Pool.slice($0, $1, copy.tensor.rows))
      }
      return true
    } catch let error as PoolError where error.code == .notFound {
      return false
    } catch let error as PoolError where error.code == .damage {
      throw other.naming(error)
    }
  }
}

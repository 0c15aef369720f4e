import Foundation

/// What of another pool is new here, in this pool's terms.
///
/// References to entries and rows are translated. A row that is here already is referred to, not
/// taken again; one that is here with other bytes is taken, and becomes a conflict, which nothing
/// refers to but its scores.
struct MergePlan {
  /// An entry to append, with the tensors of the other pool it takes.
  struct Planned {
    var content: Content
    var origin: Entry
    var tensors: [Tensor]
  }

  struct Tensor {
    var description: TensorDescription
    /// Number and rows in the origin's tensors; or, where references were translated, `bytes`.
    var number: Int
    var rows: Range<Int>
    var bytes: [UInt8]?
  }

  private(set) var planned: [Planned] = []
  /// Entries that were here already.
  var known = 0
  /// Rows that were not taken of entries that could be: see `Merged.leftOut`.
  var leftOut = 0
  /// Entries that speak of the other pool alone, and were not taken.
  private(set) var leftBehind = 0

  let pool: Pool
  let other: Pool
  /// The first sequence number to give: the plan holds while the pool ends where it did.
  let first: Int64
  /// Where the rows of the other pool's entries are here.
  var places = RowPlaces()
  /// Rows of planned entries, by number, that will be conflicts.
  var conflicts: [Int64: IndexSet] = [:]
  /// Entries here, by what they say.
  private var identities: [String: Int64] = [:]

  /// - Throws: `PoolError`: `damage` where the other's chain is broken; `usage` where both have data
  ///   sets, and none in common: candidates, classes and models of the one mean nothing to the other.
  init(from other: Pool, into pool: Pool) throws {
    self.pool = pool
    self.other = other
    first = pool.head.sequence + 2
    var (here, there): (Set<String>, Set<String>) = ([], [])
    try pool.forEachEntry { entry in
      let identity = try identity(entry.content, entry.tensors)
      identities[identity] = entry.sequence
      if entry.kind == .dataset { here.insert(identity) }
    }
    var last = (sequence: Int64(0), digest: Entry.origin)
    try other.forEachEntry { entry in
      // In this pool's chain nobody could see that theirs was broken.
      guard entry.sequence == last.sequence + 1, entry.previous == last.digest else {
        throw PoolError(
          .damage, "The journal of \(other.path) is no chain at entry \(entry.sequence).",
          remedy: "psrdb --pool \(shellWord(other.path)) verify --deep says what is hurt.")
      }
      last = (entry.sequence, entry.digest)
      if entry.kind == .dataset { there.insert(try identity(entry.content, entry.tensors)) }
      try plan(entry)
    }
    guard here.isEmpty || there.isEmpty || !here.isDisjoint(with: there) else {
      throw PoolError(
        .usage, "\(pool.path) and \(other.path) have no data set in common.",
        remedy:
          "Merge pools that were made with the same data, by the same class names, and models.")
    }
  }

  private mutating func plan(_ entry: Entry) throws {
    let whole = entry.tensors.enumerated().map { number, tensor in
      Tensor(description: tensor, number: number, rows: 0..<tensor.rows, bytes: nil)
    }
    switch entry.content {
    case .`init`, .merge: break
    case .dataset, .model: try take(entry, entry.content, whole)
    case .generate(let content): try plan(entry, content, whole)
    case .score(let content): try plan(entry, content, whole)
    case .refine(let content): try plan(entry, content, whole)
    case .drop: try planDrop(entry, whole)
    case .rank, .select, .evaluate: leftBehind += 1
    }
  }

  /// Takes an entry unless one that says the same is here; notes where its rows are.
  ///
  /// - Returns: its number here.
  @discardableResult
  mutating func take(_ entry: Entry, _ content: Content, _ tensors: [Tensor]) throws -> Int64 {
    let identity = try identity(content, tensors.map(\.description))
    let sequence: Int64
    if let there = identities[identity] {
      sequence = there
      known += 1
    } else {
      sequence = first + Int64(planned.count)
      identities[identity] = sequence
      planned.append(Planned(content: content, origin: entry, tensors: tensors))
    }
    let row = tensors.map(\.rows.lowerBound).first ?? 0
    for tensor in tensors
    where ["latent", "images"].contains(tensor.description.name) && tensor.description.class != nil
    {
      let place = RowPlaces.Place(entry: sequence, row: tensor.rows.lowerBound - row)
      places.note(entry.sequence, tensor.rows, at: place)
    }
    return sequence
  }

  /// Whether an entry is here that says the same.
  func isKnown(_ content: Content, _ tensors: [TensorDescription]) throws -> Bool {
    try identities[identity(content, tensors)] != nil
  }

  /// Some rows of a tensor.
  ///
  /// - Throws: `PoolError`: `damage` where there are fewer, `notFound` where gc freed them there.
  func slice(_ entry: Entry, _ tensor: Tensor, _ rows: Range<Int>) throws -> Tensor {
    if rows == tensor.rows { return tensor }
    guard rows.upperBound <= tensor.rows.upperBound else {
      throw PoolError.damage("Entry \(entry.sequence) of \(other.path) has too few rows.")
    }
    var slice = tensor
    slice.rows = rows
    slice.description.shape[0] = rows.count
    slice.description.sha256 = try other.digest(entry.sequence, tensor.number, rows: rows)
    return slice
  }

  /// Some rows of an entry's tensors; nil where gc freed them there, so that their digests cannot
  /// be taken. An entry is taken whole without.
  func slices(_ entry: Entry, _ whole: [Tensor], _ rows: Range<Int>) throws -> [Tensor]? {
    do {
      return try whole.map { try slice(entry, $0, rows) }
    } catch let error as PoolError where error.code == .notFound {
      return nil
    }
  }

  /// What an entry says, for comparing across pools.
  private func identity(_ content: Content, _ tensors: [TensorDescription]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var digest = SHA256()
    if case .model(let content) = content {
      // The same weights from another place are the same model.
      digest.update(Array("\(content.role) \(content.digest)".utf8))
    } else {
      digest.update(Array(try encoder.encode(content)))
    }
    for tensor in tensors { digest.update(Array("\(tensor.name) \(tensor.sha256)".utf8)) }
    return digest.hex()
  }
}

extension Pool {
  /// SHA-256 of some rows of a tensor, hex.
  func digest(_ sequence: Int64, _ number: Int, rows: Range<Int>) throws -> String {
    try withTensor(sequence, number) { SHA256.hex(of: try Self.slice($0, $1, rows)) }
  }
}

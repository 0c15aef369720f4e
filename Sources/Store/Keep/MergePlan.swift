import Foundation

/// What of another pool is new here, in this pool's terms.
///
/// References to entries and rows are translated. A row that is here already is referred to, not
/// taken again; one that is here with other bytes is taken, and becomes a conflict.
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
  private(set) var known = 0
  /// Entries by kind that speak of the other pool alone, and were not taken.
  private(set) var leftBehind: [EntryKind: Int] = [:]

  private let pool: Pool
  private let other: Pool
  /// The first sequence number to give.
  private let first: Int64
  /// Entries here, by what they say.
  private var identities: [String: Int64] = [:]
  /// Where the rows of the other pool's entries are here.
  private var places = RowPlaces()

  init(from other: Pool, into pool: Pool) throws {
    self.pool = pool
    self.other = other
    first = pool.head.sequence + 2
    try pool.forEachEntry { entry in
      identities[try identity(entry.content, entry.tensors)] = entry.sequence
    }
    try other.forEachEntry { try plan($0) }
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
    case .refine: try plan(entry, references: "parents", whole)
    case .drop: try plan(entry, references: "rows", whole)
    case .rank, .select, .evaluate: leftBehind[entry.kind, default: 0] += 1
    }
  }

  /// Takes an entry unless one that says the same is here; notes where its rows are.
  private mutating func take(_ entry: Entry, _ content: Content, _ tensors: [Tensor]) throws {
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
  }

  private mutating func plan(
    _ entry: Entry, _ content: GenerateContent, _ whole: [Tensor]
  ) throws {
    guard content.first >= 0, content.first <= Int.max - Item.maximumRow - 1,
      whole.first?.description.class == content.class
    else {
      throw PoolError.damage("Entry \(entry.sequence) of \(other.path) contradicts itself.")
    }
    if identities[try identity(entry.content, entry.tensors)] != nil {
      return try take(entry, entry.content, whole)
    }
    var run: Range<Int>?
    for row in 0..<(whole.first?.rows.count ?? 0) {
      if let place = try twin(of: row, entry, content) {
        if let run { try take(entry, content, whole, rows: run) }
        run = nil
        places.note(entry.sequence, row..<row + 1, at: place)
      } else {
        run = (run?.lowerBound ?? row)..<row + 1
      }
    }
    if let run { try take(entry, content, whole, rows: run) }
    if run == nil && whole.isEmpty == false { known += 1 }
  }

  private mutating func take(
    _ entry: Entry, _ content: GenerateContent, _ whole: [Tensor], rows: Range<Int>
  ) throws {
    var content = content
    content.first += rows.lowerBound
    try take(entry, .generate(content), whole.map { try slice(entry, $0, rows) })
  }

  /// Where the candidate of a row is already, with the same bytes.
  private func twin(
    of row: Int, _ entry: Entry, _ content: GenerateContent
  ) throws -> RowPlaces.Place? {
    let number = String(content.first + row)
    let padding = String(repeating: "0", count: max(0, 5 - number.count))
    let id = "\(content.class)-\(padding)\(number)-\(content.plan)"
    let found = try pool.query("SELECT entry, row FROM main.candidates WHERE id = ?", [.init(id)])
    guard let place = found.rows.first, let there = place[0].int, let thereRow = place[1].int else {
      return nil
    }
    let sequence = Int64(there)
    let theirs = try pool.entry(sequence)
    for name in ["latent", "image"] {
      guard let mine = other.tensorNumber(entry, name, class: content.class),
        let number = pool.tensorNumber(theirs, name, class: content.class)
      else { return nil }
      let one = try? other.digest(entry.sequence, mine, rows: row..<row + 1)
      let two = try? pool.digest(sequence, number, rows: thereRow..<thereRow + 1)
      // What was freed cannot be compared: it was dropped.
      if let one, let two, one != two { return nil }
    }
    return RowPlaces.Place(entry: sequence, row: thereRow)
  }

  private mutating func plan(_ entry: Entry, _ content: ScoreContent, _ whole: [Tensor]) throws {
    // Rows that were taken together are scored together; rows that were here have their scores.
    for (rows, place) in places.taken(of: content.target, first: whole.first?.rows.count ?? 0) {
      let target = place.entry
      var content = content
      content.target = target
      let tensors = try whole.map { try slice(entry, $0, rows) }
      let isNew = identities[try identity(.score(content), tensors.map(\.description))] == nil
      if isNew && target < first {
        let scored = try pool.query(
          "SELECT 1 FROM scorings WHERE target = ? AND class = ? AND scoring = ?",
          [.integer(target), .init(content.class), .init(content.scoring)])
        if try !scored.rows.isEmpty || rows.count != rowCount(target, content.class) {
          known += 1
          continue
        }
      }
      try take(entry, .score(content), tensors)
    }
  }

  private func rowCount(_ sequence: Int64, _ class: Int) throws -> Int {
    let entry = try pool.entry(sequence)
    return entry.tensors.first { $0.class == `class` }?.rows ?? 0
  }

  /// Plans an entry one of whose tensors, in each class, holds pairs of entry and row.
  private mutating func plan(_ entry: Entry, references name: String, _ whole: [Tensor]) throws {
    var tensors = whole
    var count = 0
    for (index, tensor) in whole.enumerated() where tensor.description.name == name {
      let pairs = try other.integers(entry.sequence, tensor.number)
      var translated: [Int64] = []
      for pair in stride(from: 0, to: pairs.count - 1, by: 2) {
        guard let place = places[Int64(pairs[pair]), pairs[pair + 1]] else {
          throw PoolError.damage("Entry \(entry.sequence) of \(other.path) refers to no row.")
        }
        if try entry.kind == .drop && isDropped(place) { continue }
        translated += [place.entry, Int64(place.row)]
      }
      count += translated.count
      let bytes = translated.withUnsafeBytes { [UInt8]($0) }
      tensors[index].bytes = bytes
      tensors[index].description.shape = [translated.count / 2, 2]
      tensors[index].description.sha256 = SHA256.hex(of: bytes)
    }
    if entry.kind == .drop && count == 0 {
      known += 1
      return
    }
    try take(entry, entry.content, tensors)
  }

  private func isDropped(_ place: RowPlaces.Place) throws -> Bool {
    guard place.entry < first else { return false }
    let items = Item.range(of: place.entry)
    let live = try pool.query(
      "SELECT 1 FROM versions WHERE item BETWEEN ? AND ? AND row = ?",
      [.integer(items.lowerBound), .integer(items.upperBound), .init(place.row)])
    return live.rows.isEmpty
  }

  private func slice(_ entry: Entry, _ tensor: Tensor, _ rows: Range<Int>) throws -> Tensor {
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

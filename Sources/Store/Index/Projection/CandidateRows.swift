/// The rows of `candidates` and `versions` that a batch of candidates makes.
struct CandidateRows {
  let count: Int
  let seed: Int64
  private let content: GenerateContent
  private let sequence: Int64

  init(_ content: GenerateContent, _ batch: Batch) throws {
    guard content.first >= 0, let seed = Int64(exactly: content.seed) else {
      throw Batch.Contradiction("a seed is less than 2^63, a candidate's number not negative")
    }
    count = try batch.candidates(content.class, "latent", "image")
    guard count <= Int.max - content.first else { throw Batch.Contradiction("too many candidates") }
    self.seed = seed
    self.content = content
    sequence = batch.sequence
  }

  func id(_ row: Int) -> String { Self.id(content, row) }

  /// The id of a row's candidate.
  static func id(_ content: GenerateContent, _ row: Int) -> String {
    "\(content.class)-\(padded(content.first + row))-\(content.plan)"
  }

  /// Puts all, or only some; `conflict` is called where a candidate is there already.
  func put(
    _ candidates: some RowTaker, _ versions: some RowTaker, only rows: Range<Int>? = nil,
    conflict: (_ item: Value, _ id: String, _ row: Int) throws -> Void
  ) throws {
    let (label, entry) = (Value(content.class), Value.integer(sequence))
    let (generation, plan) = (Value(content.generation), Value(content.plan))
    for row in rows ?? 0..<count {
      let id = id(row)
      let item = Value.integer(Item.number(sequence, content.class, row))
      let isNew = try candidates.insert(
        item, .text(id), label, .init(content.first + row), generation, plan, .integer(seed), entry,
        .init(row), entry, nil)
      if isNew {
        try versions.insert(
          item, .text(id + "@0"), .text(id), 0, label, 1, nil, nil, entry, .init(row), entry, nil)
      } else {
        try conflict(item, id, row)
      }
    }
  }
}

/// A row's number in an id: at least 5 digits.
func padded(_ number: Int) -> String {
  let digits = String(number)
  return digits.utf8.count >= 5
    ? digits : String(repeating: "0", count: 5 - digits.utf8.count) + digits
}

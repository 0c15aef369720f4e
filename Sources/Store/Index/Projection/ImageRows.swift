/// The rows of `images` that a split of a data set makes.
struct ImageRows {
  let count: Int
  private let content: DatasetContent
  private let sequence: Int64
  /// By class: where its images were in the source.
  private let positions: [(class: Int, places: [Int32])]

  init(_ content: DatasetContent, _ batch: Batch) throws {
    guard content.describes(batch.entry.tensors) else {
      throw Batch.Contradiction("the data set's images are not as stated")
    }
    positions = try batch.classes("images").sorted().map { label in
      let rows = try batch.rows(label, ["images", "positions"])
      let places = try batch.elements("positions", label, as: Int32.self, .i32).values
      guard places.count == rows else {
        throw Batch.Contradiction("class \(label) has another number of positions than images")
      }
      return (label, places)
    }
    count = positions.reduce(0) { $0 + $1.places.count }
    self.content = content
    sequence = batch.sequence
  }

  func put(_ images: some RowTaker) throws {
    for (label, places) in positions { try put(label, places, 0..<places.count, images) }
  }

  /// Puts one, if there is such a one; false where there was a row of it.
  func put(_ images: some RowTaker, only label: Int, _ row: Int) throws -> Bool {
    guard let (label, places) = positions.first(where: { $0.class == label }),
      places.indices.contains(row)
    else { return false }
    return try put(label, places, row..<row + 1, images)
  }

  @discardableResult
  private func put(
    _ label: Int, _ places: [Int32], _ rows: Range<Int>, _ images: some RowTaker
  ) throws -> Bool {
    let (dataset, split) = (Value(content.dataset), Value(content.split.rawValue))
    let prefix = "\(content.dataset)-\(content.split.rawValue)-\(label)-"
    var isNew = true
    for row in rows {
      isNew = try images.insert(
        .integer(Item.number(sequence, label, row)), .text(prefix + padded(row)), dataset, split,
        .init(label), .integer(sequence), .init(row), .init(Int(places[row])), .integer(sequence))
    }
    return isNew
  }
}

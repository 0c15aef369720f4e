/// The rows of `scores` that a scored batch makes.
struct ScoreRows {
  let count: Int
  private let content: ScoreContent
  private let sequence: Int64
  private let matrix: Batch.Matrix

  init(_ content: ScoreContent, _ batch: Batch) throws {
    matrix = try batch.matrix(
      "scores", content.class, columns: content.columns, wanted: ScoreContent.allColumns)
    count = matrix.count
    self.content = content
    sequence = batch.sequence
  }

  func put(_ scores: some RowTaker) throws {
    let (scoring, label) = (Value(content.scoring), Value(content.class))
    let entry = Value.integer(sequence)
    for row in 0..<count {
      func value(_ column: Int) -> Value { .init(matrix[row, column]) }
      try scores.insert(
        .integer(Item.number(content.target, content.class, row)), scoring, label,
        flag(matrix[row, 0]), value(1), value(2), value(3), value(4), value(5),
        flag(matrix[row, 6]), value(7), entry, entry)
    }
  }

  private func flag(_ value: Float?) -> Value {
    value.map { $0.isNaN ? .null : .integer($0 == 0 ? 0 : 1) } ?? .null
  }
}

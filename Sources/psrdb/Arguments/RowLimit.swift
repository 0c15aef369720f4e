import ArgumentParser

/// How many rows are listed at most.
struct RowLimit: ExpressibleByArgument {
  var rows: Int

  init(_ rows: Int) { self.rows = rows }

  init?(argument: String) {
    guard let rows = Int(argument), rows >= 0 else { return nil }
    self.rows = rows
  }

  var defaultValueDescription: String { "\(rows)" }
}

import Store

/// RFC 4180: a field is quoted where it holds a comma, a quote or a line break.
func csv(_ table: Table) -> String {
  func line(_ fields: [String]) -> String {
    fields.map { field in
      field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
    .joined(separator: ",") + "\n"
  }
  return line(table.columns) + table.rows.map { line($0.map(plain)) }.joined()
}

/// A value as plain text; null is empty, a real has all its digits.
func plain(_ value: Value) -> String {
  switch value {
  case .null: ""
  case .integer(let integer): String(integer)
  case .real(let real): "\(real)"
  case .text(let text): text
  }
}

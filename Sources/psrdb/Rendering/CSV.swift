import Store

/// RFC 4180: a field is quoted where it holds a comma, a quote or a line break, also where a
/// combining mark follows that makes one character of the two.
func csv(_ table: Table) -> String {
  func line(_ fields: [String]) -> String {
    fields.map { field in
      let bytes = Array(field.utf8)
      guard bytes.contains(where: { Array(",\"\n\r".utf8).contains($0) }) else { return field }
      let quote = UInt8(ascii: "\"")
      let doubled = bytes.flatMap { $0 == quote ? [quote, quote] : [$0] }
      return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
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

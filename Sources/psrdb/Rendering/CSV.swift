import Store

/// RFC 4180: a field is quoted where it holds a comma, a quote or a line break, also where a
/// combining mark follows that makes one character of the two; and where it is all of a line and
/// empty, for readers pass over empty lines.
func csv(_ table: Table) -> String {
  let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
  func line(_ fields: [String]) -> String {
    if fields == [""] { return "\"\"\n" }
    return fields.map { field in
      guard field.unicodeScalars.contains(where: { special.contains($0) }) else { return field }
      var quoted = "\"".unicodeScalars
      for scalar in field.unicodeScalars {
        if scalar == "\"" { quoted.append("\"") }
        quoted.append(scalar)
      }
      return String(quoted) + "\""
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

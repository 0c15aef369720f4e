/// A report as text: its fields as `name  value` lines in their order, its lists of records as
/// tables below.
func summary(_ report: some Any, width: Int? = nil) -> String {
  var lines: [(name: String, value: String)] = []
  var tables: [(name: String, table: TextTable)] = []
  for child in Mirror(reflecting: report).children {
    guard let label = child.label else { continue }
    let name = words(label)
    if let list = child.value as? [Any] {
      guard let first = list.first else { continue }
      if let columns = fields(of: first) {
        let rows = list.map { item in (fields(of: item) ?? []).map { cell($0.value, $0.label) } }
        tables.append((name, TextTable(columns: columns.map { words($0.label) }, rows: rows)))
      } else {
        lines.append((name, list.map { cell($0, label) }.joined(separator: ", ")))
      }
    } else {
      let value = cell(child.value, label)
      if !value.isEmpty { lines.append((name, value)) }
    }
  }
  let column = lines.map { displayWidth($0.name) }.max() ?? 0
  var text = lines.map { line in
    let padding = String(repeating: " ", count: column - displayWidth(line.name) + 2)
    return line.name + padding + line.value + "\n"
  }
  .joined()
  for (name, table) in tables {
    text += (text.isEmpty ? "" : "\n") + (tables.count > 1 ? "\(name)\n" : "")
    text += table.text(width: width)
  }
  return text
}

/// One value of a report or an index row, told by its field's name.
func cell(_ value: Any, _ name: String) -> String {
  let mirror = Mirror(reflecting: value)
  if mirror.displayStyle == .optional {
    return mirror.children.first.map { cell($0.value, name) } ?? ""
  }
  let lowered = name.lowercased()
  switch value {
  case let flag as Bool: return flag ? "yes" : "no"
  case let number as Int:
    return lowered.hasSuffix("bytes")
      ? Human.bytes(number) : lowered == "row" ? String(number) : Human.count(number)
  case let number as any BinaryInteger: return "\(number)"
  case let number as Double:
    if lowered.hasSuffix("seconds") { return Human.duration(number) }
    let isShare = lowered.contains("accurac") || lowered.hasSuffix("agreement")
    return isShare ? Human.percent(number) : Human.decimal(number)
  case let number as Float: return Human.decimal(Double(number))
  case let map as [String: Double]:
    return map.keys.sorted().map { "\($0)=\(Human.decimal(map[$0] ?? 0))" }.joined(separator: " ")
  case let map as [String: Int]:
    return map.keys.sorted().map { "\($0)=\(map[$0] ?? 0)" }.joined(separator: " ")
  case let map as [String: String]:
    return map.keys.sorted().map { "\($0)=\(map[$0] ?? "")" }.joined(separator: " ")
  case let list as [Any]: return list.map { cell($0, name) }.joined(separator: ", ")
  default: return "\(value)"
  }
}

/// `judgeLossBefore` → "judge loss before".
private func words(_ label: String) -> String {
  var result = ""
  for character in label {
    if character.isUppercase { result += " " }
    result += character.lowercased()
  }
  return result.replacing("_", with: " ")
}

private func fields(of record: Any) -> [(label: String, value: Any)]? {
  let mirror = Mirror(reflecting: record)
  guard mirror.displayStyle == .struct, !(record is String) else { return nil }
  let named = mirror.children.compactMap { child in child.label.map { ($0, child.value) } }
  return named.isEmpty || named.first?.0 == "_value" ? nil : named
}

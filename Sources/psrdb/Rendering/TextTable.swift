/// A table in aligned columns: a header, a rule, rows. Columns of numbers stand right.
struct TextTable {
  var columns: [String]
  var rows: [[String]]

  /// - Parameter width: The terminal's columns, or nil off a terminal. Only text columns are cut
  ///   to fit it, the widest first, never below eight columns, and no ids, which commands take.
  func text(width: Int? = nil) -> String {
    let rows = rows.map { $0.map(oneLine) }
    let numeric = columns.indices.map { column in
      rows.contains { !$0[column].isEmpty }
        && rows.allSatisfy { $0[column].isEmpty || isFigure($0[column]) }
    }
    var widths = columns.indices.map { column in
      rows.reduce(displayWidth(columns[column])) { max($0, displayWidth($1[column])) }
    }
    let whole = zip(columns, numeric).map { Self.ids.contains($0) || $1 }
    if let width { shrink(&widths, to: width, sparing: whole) }
    let header = line(columns, widths, right: numeric)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([header, rule] + rows.map { line($0, widths, right: numeric) })
      .map { $0 + "\n" }.joined()
  }

  /// Columns of ids.
  private static let ids: Set = ["id", "candidate", "parent", "nearest", "first", "second"]

  private func shrink(_ widths: inout [Int], to width: Int, sparing whole: [Bool]) {
    let gaps = 2 * max(0, widths.count - 1)
    while widths.reduce(gaps, +) > width {
      let candidates = widths.indices.filter { !whole[$0] && widths[$0] > 8 }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  private func line(_ cells: [String], _ widths: [Int], right: [Bool]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let shown = truncated(cell, to: widths[column])
      let padding = String(repeating: " ", count: widths[column] - displayWidth(shown))
      line += (column > 0 ? "  " : "") + (right[column] ? padding + shown : shown + padding)
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// A terminal would take control characters for orders.
  private func oneLine(_ cell: String) -> String {
    let lines =
      cell.contains(where: \.isNewline)
      ? cell.split(whereSeparator: \.isNewline).joined(separator: " ") : cell
    let isControl = { (c: Unicode.Scalar) in c.properties.generalCategory == .control }
    guard lines.unicodeScalars.contains(where: isControl) else { return lines }
    return String(
      String.UnicodeScalarView(lines.unicodeScalars.map { isControl($0) ? " " : $0 }))
  }
}

/// Whether a cell is a number, possibly with grouping, a unit or a deviation: "1,234", "12.3 s",
/// "81.2 ± 0.4 %".
func isFigure(_ cell: String) -> Bool {
  guard let first = cell.first(where: { $0 != "-" && $0 != "+" }), first.isNumber else {
    return cell == "nan" || cell == "inf" || cell == "-inf" || cell == "–"
  }
  return cell.split(separator: " ").allSatisfy { word in
    Double(word.filter { $0 != "," }) != nil
      || ["±", "%", "B", "KiB", "MiB", "GiB", "TiB", "s", "min", "h"].contains(word)
  }
}

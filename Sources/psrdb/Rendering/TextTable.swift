/// A table in aligned columns: a header, a rule, rows. Columns of numbers stand right.
struct TextTable {
  var columns: [String]
  var rows: [[String]]

  /// - Parameter width: The terminal's columns, or nil off a terminal. Only text columns are cut
  ///   to fit it, the widest first, and never below eight columns.
  func text(width: Int? = nil) -> String {
    let numeric = columns.indices.map { column in
      rows.contains { !$0[column].isEmpty }
        && rows.allSatisfy { $0[column].isEmpty || isFigure($0[column]) }
    }
    var widths = columns.indices.map { column in
      rows.reduce(displayWidth(columns[column])) { max($0, displayWidth($1[column])) }
    }
    if let width { shrink(&widths, to: width, sparing: numeric) }
    let header = line(columns, widths, right: numeric)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([header, rule] + rows.map { line($0, widths, right: numeric) })
      .map { $0 + "\n" }.joined()
  }

  private func shrink(_ widths: inout [Int], to width: Int, sparing numeric: [Bool]) {
    let gaps = 2 * max(0, widths.count - 1)
    while widths.reduce(gaps, +) > width {
      let candidates = widths.indices.filter { !numeric[$0] && widths[$0] > 8 }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  private func line(_ cells: [String], _ widths: [Int], right: [Bool]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let shown = truncated(oneLine(cell), to: widths[column])
      let padding = String(repeating: " ", count: widths[column] - displayWidth(shown))
      line += (column > 0 ? "  " : "") + (right[column] ? padding + shown : shown + padding)
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private func oneLine(_ cell: String) -> String {
    cell.contains(where: \.isNewline)
      ? cell.split(whereSeparator: \.isNewline).joined(separator: " ") : cell
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

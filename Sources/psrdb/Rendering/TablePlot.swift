import Engine
import Store

/// A table's rows as lines: columns of the line's name, x, y and, where there is a fourth, half the
/// height of an error bar. Lines are in the order of their first rows; rows without an x or a y are
/// left out.
/// - Throws: `PoolError` with code `usage` for columns that are not these.
func linePlot(_ table: Table) throws -> LinePlot {
  guard (3...4).contains(table.columns.count) else {
    throw misplaced("it has \(table.columns.count) columns")
  }
  var series: [LinePlot.Series] = []
  var places: [String: Int] = [:]
  for row in table.rows {
    let name = plain(row[0])
    guard row[1] != .null, row[2] != .null else { continue }
    guard let x = row[1].double, let y = row[2].double else {
      throw misplaced("'\(plain(row[1].double == nil ? row[1] : row[2]))' is no number")
    }
    if places[name] == nil {
      places[name] = series.count
      series.append(LinePlot.Series(name, []))
    }
    let spread = row.count > 3 ? row[3].double ?? 0 : 0
    series[places[name]!].points.append(LinePlot.Point(x, y, spread: spread))
  }
  return LinePlot(
    title: "\(table.columns[2]) by \(table.columns[0])", xLabel: table.columns[1],
    yLabel: table.columns[2], series: series)
}

private func misplaced(_ reason: String) -> PoolError {
  PoolError(
    .usage, "This cannot be drawn: \(reason).",
    remedy: "Ask for a line's name, x, y and perhaps a spread: psrdb query --plot plot.svg "
      + "\"SELECT strategy, ipc, count(*) FROM selections GROUP BY 1, 2\"")
}

import Stages

/// Two selections' difference: counts, objectives and coverages by class, then what
/// came and went.
enum DiffText {
  static func text(_ report: Diff.Report) -> String {
    let columns = ["class", "kept", "changed", "removed", "added", "objective", "coverage"]
    let rows = report.classes.map { line in
      ["\(line.class)"]
        + [line.kept, line.changed, line.removed, line.added].map { "\($0.count)" }
        + [
          pair(line.fromObjective, line.toObjective), pair(line.fromCoverage, line.toCoverage),
        ]
    }
    let total =
      ["all"] + [report.kept, report.changed, report.removed, report.added].map { "\($0)" }
      + ["", ""]
    var text = TextTable(columns: columns, rows: rows + [total]).text()
    for line in report.classes {
      text += line.removed.map { "- \($0)\n" }.joined()
      text += line.changed.map { "~ \($0)\n" }.joined()
      text += line.added.map { "+ \($0)\n" }.joined()
    }
    return text
  }

  private static func pair(_ from: Double?, _ to: Double?) -> String {
    if from == nil && to == nil { return "" }
    return (from.map(Human.decimal) ?? "–") + " → " + (to.map(Human.decimal) ?? "–")
  }
}

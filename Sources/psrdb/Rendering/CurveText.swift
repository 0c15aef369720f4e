import Stages

/// The objective against the IPC, a line for each.
enum CurveText {
  static func text(_ report: ObjectiveCurve.Report, width: Int?) -> String {
    var head = report
    head.points = []
    // One term alone is the objective.
    let shown = report.terms.count > 1 ? report.terms : []
    let rows = report.points.map { point in
      ["\(point.ipc)", Human.decimal(point.objective), Human.decimal(point.gain)]
        + shown.indices.map { Human.decimal(point.terms[$0]) }
        + [point.certificate.map(Human.decimal) ?? ""]
    }
    let columns = ["ipc", "objective", "gain"] + shown + ["certificate"]
    return summary(head) + "\n" + TextTable(columns: columns, rows: rows).text(width: width)
  }
}

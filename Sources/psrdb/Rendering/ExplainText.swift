import Stages

/// A selection's reasons: a table of picks for each class, and what stands for all of them.
enum ExplainText {
  static func text(_ report: Explain.Report, width: Int?) -> String {
    var head = report
    head.classes = []
    var text = summary(head)
    let lacking = report.classes.filter { $0.certificate == nil }.map { "\($0.class)" }
    if lacking.count < report.classes.count, !lacking.isEmpty {
      text +=
        "No certificate of class \(lacking.joined(separator: ", ")): some of its picks only fill up.\n"
    }
    for members in report.classes {
      let name = members.className.flatMap { $0 == "\(members.class)" ? nil : " \($0)" } ?? ""
      text += "\nclass \(members.class)\(name)"
      if let objective = members.objective { text += "  objective \(Human.decimal(objective))" }
      if let certificate = members.certificate {
        text += "  certificate \(Human.decimal(certificate))"
      }
      if let coverage = members.coverage { text += "  coverage \(Human.decimal(coverage))" }
      text += "\n" + table(members, report.terms).text(width: width)
    }
    return text
  }

  private static func table(_ members: Explain.ClassPicks, _ terms: [String]) -> TextTable {
    let flags = members.picks.contains(where: \.flagged)
    // One term alone is the gain.
    let shown = terms.count > 1 ? terms : []
    let reasons =
      members.coverage == nil
      ? [] : ["covered so far", "newly covered", "serves", "nearest", "cosine"]
    let gain = members.picks.contains { $0.gain != nil } ? ["gain"] : []
    let columns = ["rank", "id"] + gain + shown + reasons + (flags ? ["flagged"] : [])
    let rows = members.picks.map { pick in
      let gains = shown.indices.map {
        pick.gains.indices.contains($0) ? decimal(pick.gains[$0]) : ""
      }
      let why = [
        pick.coverage.map(decimal), pick.newlyCovered.map(Human.count),
        pick.serves.map(Human.count), pick.nearest,
        pick.nearestCosine.map(decimal),
      ].prefix(reasons.count).map { $0 ?? "" }
      let picked = ["\(pick.rank)", pick.id] + gain.map { _ in pick.gain.map(decimal) ?? "" }
      return picked + gains + why + (flags ? [pick.flagged ? "back-filled" : ""] : [])
    }
    return TextTable(columns: columns, rows: rows)
  }

  private static func decimal(_ value: Double) -> String { Human.decimal(value) }
}

import Stages
import Store

/// A recipe's report: what the students learned from each selection, where the pictures are, and
/// what to try next.
enum RunText {
  static func text(_ report: RunRecipe.Report) -> String {
    var text = ""
    if report.unchanged { text += "Everything is done.\n" }
    if !report.results.isEmpty {
      let rows = report.results.map { result in
        [
          result.selection, "\(result.ipc)",
          accuracy(result), result.protocol, result.student, "\(result.epochs)",
          result.augment, "\(result.seeds)",
        ]
      }
      let columns = [
        "selection", "ipc", "accuracy", "protocol", "student", "epochs", "augment", "seeds",
      ]
      text += TextTable(columns: columns, rows: rows).text(width: Terminal.width)
      text += "Accuracy on the test split after the final epoch, mean ± sd over seeds.\n\n"
    }
    if let sheet = report.sheet { text += "contact sheet  \(sheet)\n" }
    text += "pool           \(report.path)\n"
    text += "time           \(Human.duration(report.seconds))\n"
    return text
  }

  /// A query, a reselection and a lineage, of this pool.
  static func next(_ report: RunRecipe.Report, _ recipe: Recipe) -> [String] {
    let psrdb = "psrdb --pool \(shellWord(report.path))"
    guard let select = recipe.select.last(where: { $0.source == .pool }) else { return [] }
    let last = recipe.refine.last?.name ?? select.selection
    let member =
      "SELECT id FROM members WHERE selection = '\(last.replacing("'", with: "''"))' LIMIT 1"
    // In double quotes a shell would run what a name may hold.
    let isPlain = !member.contains { "\"$`\\!".contains($0) }
    let query =
      "SELECT scoring, class_name, count(*), avg(confidence) FROM version_scores GROUP BY 1, 2"
    return [
      "\(psrdb) query \"\(query)\"", reselection(recipe).map { "\(psrdb) \($0)" },
      "\(psrdb) lineage $(\(psrdb) query --csv "
        + (isPlain ? "\"\(member)\"" : shellWord(member)) + " | tail -n 1)",
    ].compactMap(\.self)
  }

  /// What was refined last, or else the last selection, at another IPC: of those that a command without
  /// more options says.
  private static func reselection(_ recipe: Recipe) -> String? {
    let plain = recipe.select.filter { stage in
      var said = Select(selection: stage.selection, ipc: stage.ipc)
      said.strategy = stage.strategy
      return stage == said
    }
    let refined = plain.last { $0.selection == recipe.refine.last?.selection }
    return (refined ?? plain.last).map { stage in
      let ipc = stage.ipc > 1 ? stage.ipc / 2 : 2
      return "select --ipc \(ipc) --strategy \(stage.strategy) --name "
        + shellWord("\(stage.selection)-\(ipc)")
    }
  }

  private static func accuracy(_ result: RunRecipe.Result) -> String {
    let mean = Human.percent(result.accuracy)
    guard let sd = result.accuracySd else { return mean }
    return "\(mean.dropLast(2)) ± \(Human.percent(sd))"
  }
}

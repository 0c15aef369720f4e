/// Names with what they mean, in two columns that fit a help text: ArgumentParser wraps a line that
/// is too long, but not under its second column.
func definitions(_ list: [(name: String, meaning: String)], width: Int = 79) -> String {
  let column = (list.map { displayWidth($0.name) }.max() ?? 0) + 4
  var lines: [String] = []
  for (name, meaning) in list {
    var line = "  " + name + String(repeating: " ", count: column - 2 - displayWidth(name))
    var isEmpty = true
    for word in meaning.split(separator: " ") {
      if !isEmpty && displayWidth(line) + 1 + displayWidth(word) > width {
        lines.append(line)
        line = String(repeating: " ", count: column)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    lines.append(line)
  }
  return lines.joined(separator: "\n")
}

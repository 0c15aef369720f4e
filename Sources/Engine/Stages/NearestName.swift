/// The known name that takes the fewest edits to reach from `name`; nil when none is near enough
/// to be what was meant.
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  let ranked = known.map { (name: $0, edits: edits(name, $0)) }
    .min { ($0.edits, $0.name) < ($1.edits, $1.name) }
  guard let ranked, ranked.edits <= max(2, name.count / 2) else { return nil }
  return ranked.name
}

/// Levenshtein's distance, upper and lower case being one.
private func edits(_ a: String, _ b: String) -> Int {
  let a = Array(a.lowercased())
  let b = Array(b.lowercased())
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}

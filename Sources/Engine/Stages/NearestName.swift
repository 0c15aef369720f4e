import Engine

/// The known name that takes the fewest edits to reach from `name`; nil when none is near enough
/// to be what was meant.
func nearestName(to name: String, among known: some Sequence<String>) -> String? {
  let ranked = known.map { (name: $0, edits: editDistance(name, $0)) }
    .min { ($0.edits, $0.name) < ($1.edits, $1.name) }
  guard let ranked, ranked.edits <= max(2, name.count / 2) else { return nil }
  return ranked.name
}

/// " Did you mean '…'?" with the nearest known name, or nothing.
public func guess(_ name: String, among known: some Sequence<String>) -> String {
  nearestName(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
}

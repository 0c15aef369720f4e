import Store

/// Refuses a name that nobody could ask for again: empty, longer than 200 bytes, with control
/// characters or with blanks at its ends.
/// - Parameter thing: what it would name.
/// - Throws: `PoolError` with code `usage`.
func checkName(_ name: String, of thing: String) throws {
  let isControl = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
  let isBlank = name.first?.isWhitespace != false || name.last?.isWhitespace != false
  guard !isControl, !isBlank, name.utf8.count <= 200 else {
    throw PoolError(
      .usage, "'\(name.prefix(50))' cannot name a \(thing).",
      remedy: "Use a short word, such as --name \(thing)-1.")
  }
}

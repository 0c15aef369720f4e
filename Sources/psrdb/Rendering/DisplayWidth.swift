/// How many columns of a terminal a text takes.
///
/// Wide scripts and emoji take two, combining marks and controls none. The ranges are those of
/// Unicode's East Asian Width "W" and "F", coarsened to blocks.
func displayWidth(_ text: some StringProtocol) -> Int {
  text.reduce(0) { $0 + width(of: $1) }
}

/// The longest start of `text` that takes at most `columns`, with "…" if something was cut.
func truncated(_ text: String, to columns: Int) -> String {
  guard displayWidth(text) > columns else { return text }
  var kept = ""
  var used = 1
  for character in text {
    used += width(of: character)
    if used > columns { break }
    kept.append(character)
  }
  return kept + "…"
}

private func width(of character: Character) -> Int {
  guard let scalar = character.unicodeScalars.first else { return 0 }
  if scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) { return 0 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  if scalar.properties.isEmojiPresentation { return 2 }
  switch scalar.value {
  case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3,
    0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff,
    0x20000...0x3fffd:
    return 2
  default: return 1
  }
}

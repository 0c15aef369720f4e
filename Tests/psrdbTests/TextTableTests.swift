import Testing

@testable import psrdb

@Suite struct TextTableTests {
  @Test func figuresStandRightAndTextLeft() {
    let table = TextTable(
      columns: ["name", "n", "time"], rows: [["a", "1,000", "2.0 s"], ["bcd", "7", "12.5 s"]])
    #expect(
      table.text() == """
        name      n    time
        ────  ─────  ──────
        a     1,000   2.0 s
        bcd       7  12.5 s

        """)
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(displayWidth("漢字") == 4)
    #expect(displayWidth("e\u{301}") == 1)
    #expect(displayWidth("😀") == 2)
    let table = TextTable(columns: ["a", "b"], rows: [["漢字", "x"], ["abcd", "y"]])
    #expect(
      table.text() == """
        a     b
        ────  ─
        漢字  x
        abcd  y

        """)
  }

  @Test func idsAreWholeAndControlCharactersHarmless() {
    let id = "7-00123-0123abcd@1"
    let table = TextTable(
      columns: ["id", "text"],
      rows: [[id, "a\u{1b}[31m\tb\u{0}" + String(repeating: "x", count: 20)]])
    let text = table.text(width: 30)
    #expect(text.contains(id) && text.contains("a [31m"))
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test func onlyTextIsCutAndOnlyToFit() {
    let rows = [["123456789", String(repeating: "x", count: 40)]]
    let table = TextTable(columns: ["number", "text"], rows: rows)
    let cut = table.text(width: 30).split(separator: "\n")
    #expect(cut.allSatisfy { displayWidth($0) <= 30 })
    #expect(cut[2] == "123456789  " + String(repeating: "x", count: 18) + "…")
    #expect(table.text(width: nil).contains(rows[0][1]))
    #expect(table.text(width: 3).contains("123456789"))
  }

  @Test func aLineBreakInACellDoesNotBreakTheTable() {
    let table = TextTable(columns: ["a"], rows: [["x\ny"]])
    #expect(table.text().split(separator: "\n").count == 3)
  }

  @Test(arguments: ["1", "-2.5", "1,234", "12.3 s", "81.2 ± 0.4 %", "1 min 05 s", "3.4 MiB", "nan"])
  func isAFigure(_ text: String) { #expect(isFigure(text)) }

  @Test(arguments: ["", "a", "0-00001-abc@0", "2026-11-23T10:00:00Z", "28×28×1", "ab12"])
  func isNoFigure(_ text: String) { #expect(!isFigure(text)) }
}

import Store
import Testing

@testable import psrdb

@Suite struct HumanTests {
  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func counts(_ value: Int, _ text: String) { #expect(Human.count(value) == text) }

  @Test(arguments: [
    (0.123456, "0.1235"), (3, "3"), (-1.5, "-1.5"), (123456.7, "123457"), (1.5e20, "1.5e+20"),
    (.nan, "nan"),
    (-.infinity, "-inf"),
  ])
  func decimals(_ value: Double, _ text: String) { #expect(Human.decimal(value) == text) }

  @Test(arguments: [
    (0.42, "0.42 s"), (12.34, "12.3 s"), (59.97, "1 min 00 s"), (75, "1 min 15 s"),
    (7380, "2 h 03 min"), (-1, "0.00 s"),
  ])
  func durations(_ value: Double, _ text: String) { #expect(Human.duration(value) == text) }

  @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 40, "3.0 TiB")])
  func bytes(_ value: Int, _ text: String) { #expect(Human.bytes(value) == text) }

  @Test func percents() { #expect(Human.percent(0.8712) == "87.1 %") }

  @Test func errorsDoNotSteerTheTerminal() {
    let error = PoolError(.usage, "no \u{1B}[2J\u{7}key", remedy: "Look\nthere.")
    #expect(Failure.text(error) == "psrdb: no \u{FFFD}[2J\u{FFFD}key\nLook\nthere.\n")
  }

  @Test(arguments: ["accuracy", "candidateAccuracy", "accuracies"])
  func sharesAreShownInOneUnit(_ name: String) {
    #expect(cell([0.8712, 0.87], name) == "87.1 %, 87.0 %")
  }
}

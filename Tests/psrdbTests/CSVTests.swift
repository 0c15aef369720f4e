import Store
import Testing

@testable import psrdb

@Suite struct CSVTests {
  @Test func fieldsAreQuotedWhereTheyMustBe() {
    let table = Table(
      columns: ["a", "b"], rows: [["x,y", "say \"so\""], [nil, 1.5], [2, "e\u{301}"]])
    #expect(csv(table) == "a,b\n\"x,y\",\"say \"\"so\"\"\"\n,1.5\n2,e\u{301}\n")
  }

  /// Readers pass over empty lines.
  @Test func aLineOfOneEmptyFieldIsNoEmptyLine() {
    #expect(csv(Table(columns: ["a"], rows: [[nil], [1], [""]])) == "a\n\"\"\n1\n\"\"\n")
  }
}

import Store
import Testing

@testable import Engine
@testable import psrdb

@Suite struct TablePlotTests {
  @Test func rowsBecomeLines() throws {
    let plot = try linePlot(
      Table(
        columns: ["row", "ipc", "accuracy", "sd"],
        rows: [
          ["psr", 1, 71.5, 0.3], ["first", 1, 52.7, nil], ["psr", 10, 82.2, 0.2],
          ["first", nil, 3.0, nil],
        ]))
    #expect(plot.series.map(\.name) == ["psr", "first"])
    #expect(plot.series[0].points.map(\.x) == [1, 10])
    #expect(plot.series[0].points.map(\.spread) == [0.3, 0.2])
    #expect(plot.series[1].points.map(\.y) == [52.7])
    #expect((plot.xLabel, plot.yLabel) == ("ipc", "accuracy"))
  }

  @Test func whatCannotBeDrawnIsUsage() {
    for table in [
      Table(columns: ["a", "b"], rows: []),
      Table(columns: ["a", "b", "c"], rows: [["x", "y", 1]]),
    ] {
      #expect {
        _ = try linePlot(table)
      } throws: { ($0 as? PoolError)?.code == .usage }
    }
  }
}

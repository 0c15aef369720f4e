import Foundation
import Testing

@testable import Engine

struct LinePlotTests {
  @Test func ticksAreRoundAndEncloseTheValues() {
    #expect(PlotAxis([1, 50]).ticks == [0, 10, 20, 30, 40, 50])
    #expect(PlotAxis([0.71, 0.83]).ticks.map { ($0 * 100).rounded() } == [70, 75, 80, 85])
    for values in [[3.0], [0], [-5, 1e6], [1e-9, 2e-9], [], [7, 7]] {
      let ticks = PlotAxis(values).ticks
      #expect(ticks.count >= 2 && ticks.count < 15, "\(values): \(ticks)")
      #expect((ticks.first ?? 0) <= (values.min() ?? 0))
      #expect((ticks.last ?? 1) >= (values.max() ?? 1))
    }
  }

  @Test func labelsHaveTheDecimalsOfTheStep() {
    #expect(PlotAxis([0.7, 0.9]).label(0.7) == "0.70")
    #expect(PlotAxis([0, 100]).label(20) == "20")
    #expect(PlotAxis([-25, 0]).label(-0.0) == "0")
  }

  @Test func logarithmicTicksEncloseTheValues() {
    let axis = PlotAxis([1, 10, 50], isLogarithmic: true)
    #expect(axis.ticks == [1, 2, 5, 10, 20, 50])
    #expect(axis.ticks.map(axis.label) == ["1", "2", "5", "10", "20", "50"])
    #expect(abs(axis.place(10, 0, 1) - log10(10) / log10(50)) < 1e-12)
    for values in [[3.0], [1e-300, 1e300], [0.002, 7], [5, 5], [1e-9, 2e-9], [1, 1e6]] {
      let ticks = PlotAxis(values, isLogarithmic: true).ticks
      #expect(ticks.count >= 2 && ticks.count < 20, "\(values): \(ticks)")
      #expect(ticks == ticks.sorted())
      #expect(ticks[0] <= values.min()! * 1.001 && ticks.last! >= values.max()! * 0.999)
    }
    // No logarithm of 0: as far apart as they are.
    #expect(PlotAxis([0, 50], isLogarithmic: true).ticks == PlotAxis([0, 50]).ticks)
  }

  @Test func theLegendKeepsOutOfTheCurvesWay() {
    func legend(_ points: [LinePlot.Point]) -> String {
      let svg = LinePlot(
        title: "", xLabel: "", yLabel: "", series: [.init("curve", points)]
      ).svg()
      return svg.split(separator: "\n").first { $0.contains(">curve<") }.map(String.init) ?? ""
    }
    // A rise that ends late leaves the top left free, a fall the bottom left or the top right.
    let late = legend([.init(0, 0), .init(9, 0.5), .init(10, 10)])
    let early = legend([.init(0, 0), .init(1, 9), .init(10, 10)])
    #expect(late.contains("x=\"102") && early.contains("x=\"582"), "\(late) \(early)")
  }

  /// Beside the curves where they leave no corner, and never longer than the picture.
  @Test func aLegendOfManyLinesStandsBesideThem() throws {
    let series = (0..<40).map { line in
      LinePlot.Series("line \(line)", (0...10).map { .init(Double($0), Double(line)) })
    }
    let svg = LinePlot(title: "", xLabel: "", yLabel: "", series: series).svg()
    let names = svg.split(separator: "\n").filter { $0.contains(">line ") }
    #expect(names.count == 18 && svg.contains(">and 22 more<"))
    func numbers(_ key: String, _ lines: [Substring]) -> [Double] {
      lines.flatMap { $0.matches(of: try! Regex(" \(key)=\"([0-9.]+)\"")) }
        .compactMap { $0.output[1].substring.flatMap { Double($0) } }
    }
    let dots = svg.split(separator: "\n").filter { $0.contains("<circle") }
    let furthest = try #require(numbers("cx", dots).max())
    #expect(try #require(numbers("x", names).min()) > furthest)
    #expect(try #require(numbers("y", names).max()) < Double(LinePlot.size.height))
  }

  @Test func drawsEverySeriesAsWellFormedXML() throws {
    let plot = LinePlot(
      title: "accuracy < 1 & rising", xLabel: "images per class", yLabel: "accuracy",
      series: [
        .init("first", [.init(1, 0.5, spread: 0.02), .init(10, 0.7), .init(50, 0.8)]),
        .init("psr", [.init(1, 0.6), .init(10, .nan), .init(50, 0.85)]),
      ])
    let svg = plot.svg()
    // A curve and its line in the legend.
    #expect(svg.components(separatedBy: "stroke=\"#0072b2\" stroke-width=\"2.0\"").count == 3)
    #expect(svg.components(separatedBy: "stroke=\"#d55e00\" stroke-width=\"2.0\"").count == 3)
    #expect(svg.components(separatedBy: "<circle").count == 6)
    #expect(svg.contains("accuracy &lt; 1 &amp; rising"))
    #expect(!svg.contains("nan"))
    let opened = svg.components(separatedBy: "<").count - 1
    let closed = svg.components(separatedBy: ">").count - 1
    #expect(opened == closed)
    #expect(plot.svg() == svg)
  }

  @Test func drawsTheSamePlotAsPixels() {
    let plot = LinePlot(
      title: "t", xLabel: "x", yLabel: "y",
      series: [
        .init("a", [.init(0, 0), .init(1, 1)]), .init("b", [.init(0, 0.5), .init(1, 0.5)]),
      ])
    let bitmap = plot.bitmap()
    #expect((bitmap.width, bitmap.height, bitmap.channels) == (1280, 800, 3))
    func color(_ x: Double, _ y: Double) -> [UInt8] {
      let start = (Int(y * 2) * bitmap.width + Int(x * 2)) * 3
      return Array(bitmap.pixels[start..<start + 3])
    }
    // The frame goes from (64, 36) to (624, 348): the second curve is half-way up, the first at
    // a quarter and three quarters of both.
    #expect(color(204, 192) == [0xd5, 0x5e, 0x00])
    #expect(color(204, 270) == [0x00, 0x72, 0xb2])
    #expect(color(484, 114) == [0x00, 0x72, 0xb2])
    #expect(color(204, 60) == [255, 255, 255])
    #expect(plot.bitmap() == bitmap)
  }

  @Test func numbersWhoseDifferenceIsInfiniteAreLeftOut() {
    let plot = LinePlot(
      title: "", xLabel: "x", yLabel: "y",
      series: [
        .init(
          "a",
          [
            .init(1, 1e308), .init(2, -1e308), .init(3, 1.7e308), .init(4, 0, spread: 1e308),
            .init(-1e308, 0), .init(5, 1e300, spread: 1e300), .init(-1e300, -1e300),
          ])
      ])
    let svg = plot.svg()
    #expect(svg.components(separatedBy: "<circle").count == 3)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(Set(plot.bitmap().pixels).count > 2)
  }

  @Test func anEmptyPlotIsAFrame() {
    let svg = LinePlot(title: "", xLabel: "x", yLabel: "y", series: []).svg()
    #expect(svg.hasSuffix("</svg>\n"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}

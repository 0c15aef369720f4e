import Foundation

/// A line plot, as SVG text or as pixels: curves such as accuracy against images per class.
public struct LinePlot: Sendable {
  public struct Point: Sendable {
    public var x: Double
    public var y: Double
    /// Half the height of an error bar; 0 for none.
    public var spread: Double

    public init(_ x: Double, _ y: Double, spread: Double = 0) {
      self.x = x
      self.y = y
      self.spread = spread
    }
  }

  public struct Series: Sendable {
    public var name: String
    /// Drawn in this order; points with a number that is not within ±1e300 are left out.
    public var points: [Point]

    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var series: [Series]
  /// Whether x is drawn by its logarithm; where one is not above 0 it is not.
  public var logarithmicX = false

  public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// Of the picture, in its own units; a bitmap has two pixels to one.
  static let size = (width: 640, height: 400)
  private static let frame = (left: 64.0, top: 36.0, right: 624.0, bottom: 348.0)
  /// From a legend's left edge to its names, and from one line to the next.
  private static let (legendMark, legendLine) = (26.0, 16.0)
  /// More of either would leave the picture.
  private static let (legendLines, legendLetters) = (19, 32)
  /// Okabe and Ito's colours, told apart by colour-blind readers too, with a grey for their pale
  /// yellow; then four of Tol's muted ones.
  private static let colors: [UInt32] = [
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000, 0x999999, 0x882255,
    0x999933, 0x332288, 0x88ccee,
  ]

  /// The plot as an SVG file's text, the same for the same content.
  public func svg() -> String {
    var canvas = SVGCanvas()
    draw(on: &canvas)
    return canvas.text
  }

  /// The plot as an RGB picture of 1280×800 pixels, the same for the same content.
  public func bitmap() -> Bitmap {
    var canvas = BitmapCanvas()
    draw(on: &canvas)
    return canvas.bitmap
  }

  private func draw(on canvas: inout some PlotCanvas) {
    // Not every difference of two finite numbers is finite: those of these are.
    let range = -1e300...1e300
    let drawn = series.map { series in
      series.points.filter {
        range.contains($0.x) && range.contains($0.y) && range.contains($0.spread)
      }
    }
    let xAxis = PlotAxis(drawn.joined().map(\.x), isLogarithmic: logarithmicX)
    let yAxis = PlotAxis(drawn.joined().flatMap { [$0.y - $0.spread, $0.y + $0.spread] })
    var frame = LinePlot.frame
    func x(_ value: Double) -> Double { xAxis.place(value, frame.left, frame.right) }
    func y(_ value: Double) -> Double { yAxis.place(value, frame.bottom, frame.top) }
    func curve(_ points: [Point]) -> [(Double, Double)] { points.map { (x($0.x), y($0.y)) } }
    let names = legendNames()
    let width =
      LinePlot.legendMark
      + Double((names.map(\.unicodeScalars.count).max() ?? 0) * BitmapFont.advance)
    let corner = freeCorner(drawn.map(curve), width, Double(names.count) * LinePlot.legendLine)
    // Where no corner is free it is beside the lines.
    if corner == nil { frame.right -= width }
    let legend = corner ?? (x: frame.right + 12, y: frame.top)
    let middle = (x: (frame.left + frame.right) / 2, y: (frame.top + frame.bottom) / 2)
    canvas.text(title, at: (middle.x, 22), .middle, size: 14)
    canvas.text(xLabel, at: (middle.x, Double(LinePlot.size.height - 12)), .middle, size: 12)
    canvas.turnedText(yLabel, at: (16, middle.y))
    for tick in xAxis.ticks {
      canvas.line([(x(tick), frame.top), (x(tick), frame.bottom)], color: 0xdddddd, width: 1)
      canvas.text(xAxis.label(tick), at: (x(tick), frame.bottom + 16), .middle, size: 12)
    }
    for tick in yAxis.ticks {
      canvas.line([(frame.left, y(tick)), (frame.right, y(tick))], color: 0xdddddd, width: 1)
      canvas.text(yAxis.label(tick), at: (frame.left - 6, y(tick) + 4), .end, size: 12)
    }
    canvas.line(
      [(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)],
      color: 0x333333, width: 1)
    for (index, points) in drawn.enumerated() {
      let color = LinePlot.colors[index % LinePlot.colors.count]
      canvas.line(curve(points), color: color, width: 2)
      // More dots than these would be a line of their own.
      for point in points where points.count <= 30 {
        canvas.dot(at: (x(point.x), y(point.y)), color: color)
      }
      for point in points where point.spread > 0 {
        let (low, high) = (y(point.y - point.spread), y(point.y + point.spread))
        canvas.line([(x(point.x), low), (x(point.x), high)], color: color, width: 1)
      }
    }
    for (index, name) in names.enumerated() {
      let baseline = legend.y + LinePlot.legendLine * Double(index + 1) - 4
      // The last says how many more there are, where there are.
      if names.count == series.count || index + 1 < names.count {
        let color = LinePlot.colors[index % LinePlot.colors.count]
        canvas.line(
          [(legend.x, baseline - 4), (legend.x + 20, baseline - 4)], color: color, width: 2)
      }
      canvas.text(name, at: (legend.x + LinePlot.legendMark, baseline), .start, size: 12)
    }
  }

  /// Names as the legend has them, and how many more there are than it has room for.
  private func legendNames() -> [String] {
    let names = series.map { series in
      let letters = series.name.unicodeScalars
      return letters.count > LinePlot.legendLetters
        ? String(letters.prefix(LinePlot.legendLetters - 3)) + "..." : series.name
    }
    if names.count <= LinePlot.legendLines { return names }
    let shown = LinePlot.legendLines - 1
    return names.prefix(shown) + ["and \(names.count - shown) more"]
  }

  /// The corner for the legend where it hides nothing of the curves, which are in the picture's
  /// units; nil where there is none.
  private func freeCorner(
    _ curves: [[(Double, Double)]], _ width: Double, _ height: Double
  ) -> (x: Double, y: Double)? {
    let frame = LinePlot.frame
    let (left, right) = (frame.left + 12, max(frame.left, frame.right - 12 - width))
    let (top, bottom) = (frame.top + 8, frame.bottom - 8 - height)
    let dots = curves.flatMap { curve in
      zip(curve, curve.dropFirst()).flatMap { a, b in
        (0...20).map { step in
          let share = Double(step) / 20
          return (x: a.0 + share * (b.0 - a.0), y: a.1 + share * (b.1 - a.1))
        }
      } + (curve.last.map { [(x: $0.0, y: $0.1)] } ?? [])
    }
    return [(right, bottom), (left, top), (right, top), (left, bottom)].first { corner in
      !dots.contains {
        corner.0 - 6...corner.0 + width + 6 ~= $0.x && corner.1 - 6...corner.1 + height + 6 ~= $0.y
      }
    }
  }
}

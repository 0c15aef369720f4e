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

  public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// Of the picture, in its own units; a bitmap has two pixels to one.
  static let size = (width: 640, height: 400)
  private static let frame = (left: 64.0, top: 36.0, right: 624.0, bottom: 348.0)
  /// Okabe and Ito's colours, told apart by colour-blind readers too; a grey for their pale yellow.
  private static let colors: [UInt32] = [
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000, 0x999999,
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
    let xTicks = LinePlot.ticks(drawn.joined().map(\.x))
    let yTicks = LinePlot.ticks(drawn.joined().flatMap { [$0.y - $0.spread, $0.y + $0.spread] })
    let frame = LinePlot.frame
    func x(_ value: Double) -> Double {
      LinePlot.place(value, xTicks, frame.left, frame.right)
    }
    func y(_ value: Double) -> Double {
      LinePlot.place(value, yTicks, frame.bottom, frame.top)
    }
    let middle = (x: (frame.left + frame.right) / 2, y: (frame.top + frame.bottom) / 2)
    canvas.text(title, at: (middle.x, 22), .middle, size: 14)
    canvas.text(xLabel, at: (middle.x, Double(LinePlot.size.height - 12)), .middle, size: 12)
    canvas.turnedText(yLabel, at: (16, middle.y))
    for tick in xTicks {
      canvas.line([(x(tick), frame.top), (x(tick), frame.bottom)], color: 0xdddddd, width: 1)
      let label = LinePlot.label(tick, xTicks)
      canvas.text(label, at: (x(tick), frame.bottom + 16), .middle, size: 12)
    }
    for tick in yTicks {
      canvas.line([(frame.left, y(tick)), (frame.right, y(tick))], color: 0xdddddd, width: 1)
      let label = LinePlot.label(tick, yTicks)
      canvas.text(label, at: (frame.left - 6, y(tick) + 4), .end, size: 12)
    }
    canvas.line(
      [(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)],
      color: 0x333333, width: 1)
    for (index, points) in drawn.enumerated() {
      let color = LinePlot.colors[index % LinePlot.colors.count]
      canvas.line(points.map { (x($0.x), y($0.y)) }, color: color, width: 2)
      // More dots than these would be a line of their own.
      for point in points where points.count <= 30 {
        canvas.dot(at: (x(point.x), y(point.y)), color: color)
      }
      for point in points where point.spread > 0 {
        let (low, high) = (y(point.y - point.spread), y(point.y + point.spread))
        canvas.line([(x(point.x), low), (x(point.x), high)], color: color, width: 1)
      }
      let height = frame.bottom - 12 - 16 * Double(drawn.count - 1 - index)
      canvas.line(
        [(frame.right - 150, height - 4), (frame.right - 130, height - 4)], color: color, width: 2)
      canvas.text(series[index].name, at: (frame.right - 124, height), .start, size: 12)
    }
  }

  private static func place(
    _ value: Double, _ ticks: [Double], _ low: Double, _ high: Double
  ) -> Double {
    let (first, last) = (ticks.first ?? 0, ticks.last ?? 1)
    return low + (value - first) / (last - first) * (high - low)
  }

  /// Round numbers (1, 2 or 5 times a power of ten apart) that enclose all values.
  static func ticks(_ values: [Double]) -> [Double] {
    var (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if high - low < max(abs(low), abs(high), 1e-300) * 1e-9 {
      (low, high) = (low - max(0.5, abs(low) * 0.1), high + max(0.5, abs(high) * 0.1))
    }
    let rough = (high - low) / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? power * 10
    let first = floor(low / step + 1e-9)
    let last = max(first + 1, ceil(high / step - 1e-9))
    guard step.isNormal, step.isFinite, last - first < 100 else { return [low, high] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// A tick's number with as many decimals as the step between ticks needs.
  static func label(_ tick: Double, _ ticks: [Double]) -> String {
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
    guard step.isFinite, step > 1e-6, abs(tick) < 1e9 else { return String(format: "%.3g", tick) }
    let decimals = max(0, Int(ceil(-log10(step) - 1e-9)))
    return String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
  }
}

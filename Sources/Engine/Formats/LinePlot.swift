import Foundation

/// A line plot as SVG text: curves such as accuracy against images per class.
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
    /// Drawn in this order; points that are not finite are left out.
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

  // Pixels of the picture, and of the frame within it.
  private static let size = (width: 640.0, height: 400.0)
  private static let frame = (left: 64.0, top: 36.0, right: 624.0, bottom: 348.0)
  /// Okabe and Ito's colours, told apart by colour-blind readers too.
  private static let colors = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
  ]

  /// The plot as an SVG file's text, the same for the same content.
  public func svg() -> String {
    let drawn = series.map { series in
      series.points.filter { $0.x.isFinite && $0.y.isFinite && $0.spread.isFinite }
    }
    let xTicks = LinePlot.ticks(drawn.joined().map(\.x))
    let yTicks = LinePlot.ticks(drawn.joined().flatMap { [$0.y - $0.spread, $0.y + $0.spread] })
    let (frame, size) = (LinePlot.frame, LinePlot.size)
    func x(_ value: Double) -> Double {
      LinePlot.place(value, xTicks, frame.left, frame.right)
    }
    func y(_ value: Double) -> Double {
      LinePlot.place(value, yTicks, frame.bottom, frame.top)
    }

    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400" \
      font-family="sans-serif" font-size="12">
      <rect width="640" height="400" fill="#fff"/>
      <text x="344" y="22" text-anchor="middle" font-size="14">\(LinePlot.escaped(title))</text>
      <text x="344" y="\(n(size.height - 12))" text-anchor="middle">\(LinePlot.escaped(xLabel))</text>
      <text x="16" y="192" text-anchor="middle" transform="rotate(-90 16 192)">\
      \(LinePlot.escaped(yLabel))</text>\n
      """
    for tick in xTicks {
      svg += line(x(tick), frame.top, x(tick), frame.bottom, "#ddd")
      svg += text(x(tick), frame.bottom + 16, "middle", LinePlot.label(tick, xTicks))
    }
    for tick in yTicks {
      svg += line(frame.left, y(tick), frame.right, y(tick), "#ddd")
      svg += text(frame.left - 6, y(tick) + 4, "end", LinePlot.label(tick, yTicks))
    }
    svg += line(frame.left, frame.bottom, frame.right, frame.bottom, "#333")
    svg += line(frame.left, frame.top, frame.left, frame.bottom, "#333")
    for (index, points) in drawn.enumerated() {
      let color = LinePlot.colors[index % LinePlot.colors.count]
      let path = points.map { "\(n(x($0.x))),\(n(y($0.y)))" }.joined(separator: " ")
      svg += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>\n"
      for point in points {
        svg +=
          "<circle cx=\"\(n(x(point.x)))\" cy=\"\(n(y(point.y)))\" r=\"3\" fill=\"\(color)\"/>\n"
        if point.spread > 0 {
          let (low, high) = (y(point.y - point.spread), y(point.y + point.spread))
          svg += line(x(point.x), low, x(point.x), high, color)
        }
      }
      let height = frame.bottom - 12 - 16 * Double(drawn.count - 1 - index)
      svg += line(frame.right - 150, height - 4, frame.right - 130, height - 4, color, width: 2)
      svg += text(frame.right - 124, height, "start", series[index].name)
    }
    return svg + "</svg>\n"
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, width: Int = 1
  ) -> String {
    """
    <line x1="\(n(x1))" y1="\(n(y1))" x2="\(n(x2))" y2="\(n(y2))" stroke="\(color)" \
    stroke-width="\(width)"/>\n
    """
  }

  private func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
    """
    <text x="\(n(x))" y="\(n(y))" text-anchor="\(anchor)">\(LinePlot.escaped(text))</text>\n
    """
  }

  private func n(_ value: Double) -> String { String(format: "%.1f", value) }

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

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

import Foundation

/// A plot as SVG text.
struct SVGCanvas: PlotCanvas {
  private var body = ""

  var text: String {
    let (width, height) = LinePlot.size
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="12">
      <rect width="\(width)" height="\(height)" fill="#fff"/>
      \(body)</svg>\n
      """
  }

  mutating func line(_ points: [(Double, Double)], color: UInt32, width: Double) {
    let path = points.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " ")
    body += """
      <polyline points="\(path)" fill="none" stroke="\(hex(color))" stroke-width="\(n(width))"/>\n
      """
  }

  mutating func dot(at point: (Double, Double), color: UInt32) {
    body += """
      <circle cx="\(n(point.0))" cy="\(n(point.1))" r="3" fill="\(hex(color))"/>\n
      """
  }

  mutating func text(
    _ text: String, at point: (Double, Double), _ anchor: TextAnchor, size: Int
  ) {
    body += """
      <text x="\(n(point.0))" y="\(n(point.1))" text-anchor="\(anchor)" font-size="\(size)">\
      \(escaped(text))</text>\n
      """
  }

  mutating func turnedText(_ text: String, at point: (Double, Double)) {
    let (x, y) = (n(point.0), n(point.1))
    body += """
      <text x="\(x)" y="\(y)" text-anchor="middle" transform="rotate(-90 \(x) \(y))">\
      \(escaped(text))</text>\n
      """
  }

  private func n(_ value: Double) -> String { String(format: "%.1f", value) }

  private func hex(_ color: UInt32) -> String { "#" + String(format: "%06x", color) }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

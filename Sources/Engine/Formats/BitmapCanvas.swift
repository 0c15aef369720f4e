/// A plot as pixels, two to a unit, lines smoothed.
struct BitmapCanvas: PlotCanvas {
  private(set) var bitmap = Bitmap(
    width: LinePlot.size.width * 2, height: LinePlot.size.height * 2, channels: 3, filled: 255)

  mutating func line(_ points: [(Double, Double)], color: UInt32, width: Double) {
    for (a, b) in zip(points, points.dropFirst()) { stroke(a, b, color, radius: width) }
  }

  mutating func dot(at point: (Double, Double), color: UInt32) {
    stroke(point, point, color, radius: 6)
  }

  mutating func text(
    _ text: String, at point: (Double, Double), _ anchor: TextAnchor, size: Int
  ) {
    let width = text.unicodeScalars.count * BitmapFont.advance * 2
    let shift =
      switch anchor {
      case .start: 0
      case .middle: width / 2
      case .end: width
      }
    bitmap.draw(
      text, x: Int(point.0 * 2) - shift, y: Int(point.1 * 2) - BitmapFont.ascent * 2, scale: 2)
  }

  mutating func turnedText(_ text: String, at point: (Double, Double)) {
    let (width, height) = (
      text.unicodeScalars.count * BitmapFont.advance * 2, BitmapFont.height * 2
    )
    var flat = Bitmap(width: max(width, 1), height: height, channels: 1, filled: 255)
    flat.draw(text, x: 0, y: 0, scale: 2)
    let (left, bottom) = (Int(point.0 * 2) - height, Int(point.1 * 2) + width / 2)
    for y in 0..<height {
      for x in 0..<width where flat.pixels[y * flat.width + x] == 0 {
        mix(left + y, bottom - x, 0, 1)
      }
    }
  }

  /// All pixels within `radius` pixels of a straight line, those at its edge in part.
  private mutating func stroke(
    _ a: (Double, Double), _ b: (Double, Double), _ color: UInt32, radius: Double
  ) {
    let (ax, ay, bx, by) = (a.0 * 2, a.1 * 2, b.0 * 2, b.1 * 2)
    let (dx, dy) = (bx - ax, by - ay)
    let length = dx * dx + dy * dy
    let reach = radius + 1
    for y in Int(min(ay, by) - reach)...Int(max(ay, by) + reach) {
      for x in Int(min(ax, bx) - reach)...Int(max(ax, bx) + reach) {
        let (px, py) = (Double(x) + 0.5 - ax, Double(y) + 0.5 - ay)
        let along = length > 0 ? min(1, max(0, (px * dx + py * dy) / length)) : 0
        let (ex, ey) = (px - along * dx, py - along * dy)
        let distance = (ex * ex + ey * ey).squareRoot()
        mix(x, y, color, min(1, max(0, radius + 0.5 - distance)))
      }
    }
  }

  private mutating func mix(_ x: Int, _ y: Int, _ color: UInt32, _ share: Double) {
    guard share > 0, 0..<bitmap.width ~= x, 0..<bitmap.height ~= y else { return }
    for c in 0..<3 {
      let ink = Double(color >> (16 - 8 * c) & 255)
      let place = (y * bitmap.width + x) * 3 + c
      let paper = Double(bitmap.pixels[place])
      bitmap.pixels[place] = UInt8(paper + (ink - paper) * share + 0.5)
    }
  }
}

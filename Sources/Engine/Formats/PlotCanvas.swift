/// Where on a text its place is.
enum TextAnchor: String { case start, middle, end }

/// What a plot is drawn on. Places are in the plot's units from the top left, x first; colours are
/// 0xRRGGBB.
protocol PlotCanvas {
  /// A line through points.
  mutating func line(_ points: [(Double, Double)], color: UInt32, width: Double)
  mutating func dot(at point: (Double, Double), color: UInt32)
  /// Black text, its baseline at the point.
  mutating func text(
    _ text: String, at point: (Double, Double), _ anchor: TextAnchor, size: Int)
  /// Text that reads upwards, its middle at the point.
  mutating func turnedText(_ text: String, at point: (Double, Double))
}

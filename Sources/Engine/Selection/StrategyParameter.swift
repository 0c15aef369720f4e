/// A number that a strategy can be tuned by.
public struct StrategyParameter: Sendable {
  public let name: String
  public let standard: Double
  public let range: ClosedRange<Double>
  /// What it does, in a line.
  public let summary: String

  init(_ name: String, _ standard: Double, in range: ClosedRange<Double>, _ summary: String) {
    self.name = name
    self.standard = standard
    self.range = range
    self.summary = summary
  }

  /// Shared by the strategies that sort by one score.
  static let most = StrategyParameter("most", 1, in: 0...1, "1 takes the highest, 0 the lowest")
}

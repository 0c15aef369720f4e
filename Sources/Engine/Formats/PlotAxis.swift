import Foundation

/// An axis of a plot: its ticks, which enclose all values, and where a value is between them.
struct PlotAxis {
  /// At least two, rising.
  let ticks: [Double]
  /// As far apart as their logarithms are.
  private let isLogarithmic: Bool

  /// - Parameter isLogarithmic: asked for; with a value that is not above 0 there is no logarithm.
  init(_ values: [Double], isLogarithmic: Bool = false) {
    self.isLogarithmic =
      isLogarithmic && !values.isEmpty && values.allSatisfy { $0.isNormal && $0 > 0 }
    ticks =
      self.isLogarithmic ? PlotAxis.logarithmicTicks(values) : PlotAxis.linearTicks(values)
  }

  /// Where a value is on a line from `low`, the first tick, to `high`, the last.
  func place(_ value: Double, _ low: Double, _ high: Double) -> Double {
    func scaled(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    let (first, last) = (scaled(ticks[0]), scaled(ticks[ticks.count - 1]))
    return low + (scaled(value) - first) / (last - first) * (high - low)
  }

  /// A tick's number with as many decimals as the step between ticks needs.
  func label(_ tick: Double) -> String {
    let step = isLogarithmic ? min(tick, 1) : ticks[1] - ticks[0]
    guard step.isFinite, step > 1e-6, abs(tick) < 1e9 else { return String(format: "%.3g", tick) }
    let decimals = max(0, Int(ceil(-log10(step) - 1e-9)))
    return String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
  }

  /// Round numbers (1, 2 or 5 times a power of ten apart).
  private static func linearTicks(_ values: [Double]) -> [Double] {
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

  /// 1, 2 and 5 times powers of ten, or powers of ten alone where those would be many.
  private static func logarithmicTicks(_ values: [Double]) -> [Double] {
    let (low, high) = (values.min()!, values.max()!)
    let powers = Int(floor(log10(low)))...Int(ceil(log10(high)))
    let every = max(1, powers.count / 10)
    let digits: [Double] = powers.count > 4 ? [1] : [1, 2, 5]
    let all = stride(from: powers.lowerBound, through: powers.upperBound + every, by: every)
      .flatMap { power in digits.map { $0 * pow(10, Double(power)) } }
      .filter { $0.isNormal }
    let first = all.lastIndex { $0 <= low * (1 + 1e-9) } ?? 0
    let last = all.firstIndex { $0 >= high * (1 - 1e-9) } ?? all.count - 1
    return Array(all[first...max(last, first + 1)])
  }
}

import Foundation

/// Figures as people read them.
enum Human {
  /// 1234567 → "1,234,567".
  static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// Four significant digits or more, no exponent where none is needed: 0.123456 → "0.1235",
  /// 12345.6 → "12346".
  static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let isWhole = value == value.rounded() || abs(value) >= 1000
    if isWhole && abs(value) < 1e15 { return String(format: "%.0f", value) }
    return String(format: "%.4g", value)
  }

  /// 0.8712 → "87.1 %".
  static func percent(_ fraction: Double) -> String { String(format: "%.1f %%", fraction * 100) }

  /// 0.42 → "0.42 s", 75 → "1 min 15 s", 7380 → "2 h 03 min".
  static func duration(_ seconds: Double) -> String {
    if seconds < 10 { return String(format: "%.2f s", max(0, seconds)) }
    if seconds < 59.95 { return String(format: "%.1f s", seconds) }
    guard seconds < 1e9 else { return "a long time" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
  }

  /// 1536 → "1.5 KiB".
  static func bytes(_ value: Int) -> String {
    var size = Double(value)
    var unit = 0
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 && unit < units.count - 1 {
      size /= 1024
      unit += 1
    }
    return unit == 0 ? "\(value) B" : String(format: "%.1f ", size) + units[unit]
  }
}

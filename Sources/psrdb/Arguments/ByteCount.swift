import ArgumentParser

/// A number of bytes, as 400MB, 2GB or 100000000.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
  var bytes: Int

  private static let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1)]

  init(_ bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let text = argument.lowercased()
    let unit = Self.units.first { text.hasSuffix($0.0.lowercased()) }
    guard let number = Double(text.dropLast(unit?.0.count ?? 0)),
      case let bytes = number * Double(unit?.1 ?? 1), bytes >= 1, bytes < 1e15
    else { return nil }
    self.bytes = Int(bytes)
  }

  var description: String {
    let unit = Self.units.first { bytes % $0.1 == 0 } ?? ("B", 1)
    return "\(bytes / unit.1)\(unit.0)"
  }

  var defaultValueDescription: String { description }
}

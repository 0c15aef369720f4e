public import ArgumentParser
public import Engine
import Foundation
public import Stages
public import Store

extension DatasetFormat: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension Sampler: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Source: ExpressibleByArgument {}
extension Versions: ExpressibleByArgument {}
extension AllocationRule: ExpressibleByArgument {}

/// KEY=VALUE with a number for the value.
struct Parameter: ExpressibleByArgument {
  var key: String
  var value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = Double(parts[1]) else { return nil }
    self.key = parts[0]
    self.value = value
  }
}

extension Part: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

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

/// How many rows are listed at most.
struct RowLimit: ExpressibleByArgument {
  var rows: Int

  init(_ rows: Int) { self.rows = rows }

  init?(argument: String) {
    guard let rows = Int(argument), rows >= 0 else { return nil }
    self.rows = rows
  }

  var defaultValueDescription: String { "\(rows)" }
}

/// Names with commas between them, and blanks if you like.
struct NameList: ExpressibleByArgument {
  var names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    if names.contains("") { return nil }
  }
}

public import ArgumentParser
public import Engine
public import Stages
public import Store

extension DatasetFormat: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension Sampler: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Source: ExpressibleByArgument {}

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

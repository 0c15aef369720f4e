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

/// N/T: part N, from 1, of T parts.
struct Part: ExpressibleByArgument {
  var number: Int
  var count: Int

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map {
      Int($0)
    }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count > 0,
      (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
  }
}

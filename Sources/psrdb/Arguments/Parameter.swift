import ArgumentParser

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

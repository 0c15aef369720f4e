import Engine

/// A workload's figures, a round at a time.
struct Measurement {
  let workload: Workload
  var ours: [Double] = []
  var theirs: [Double] = []
  var way = ""
  /// The most memory that the last round's tensors took, and how much of it was asked for after a
  /// first call; bytes.
  var memory = 0
  var grown = 0

  /// Median of the rounds' figures.
  var psrdb: Double { median(ours) }
  var peer: Double? { theirs.isEmpty ? nil : median(theirs) }
  /// How many times as fast psrdb is.
  var ratio: Double? { peer.map { workload.unit == nil ? $0 / psrdb : psrdb / $0 } }
  /// psrdb's operations a second.
  var rate: Double? {
    workload.operations.map { $0 * psrdb / Double(workload.items) }
  }

  /// Measures psrdb, then the peer.
  mutating func round(_ peer: Peer?, budget: Double) throws {
    releaseTensorMemory()
    let others = tensorMemory().held
    _ = try workload.call()
    let warm = tensorMemory().held
    ours.append(try workload.measure(budget: budget))
    grown = tensorMemory().held - warm
    memory = tensorMemory().peak - others
    guard let peer else { return }
    let answer = try peer.time(workload.id)
    guard answer.weights == workload.weights else {
      throw BenchError(
        "\(workload.name): the peer's networks have \(answer.weights) weights, psrdb's "
          + "\(workload.weights).")
    }
    theirs.append(workload.figure(answer.seconds))
    way = answer.way
  }
}

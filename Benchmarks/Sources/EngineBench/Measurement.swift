/// A workload's figures, a round at a time.
struct Measurement {
  let workload: Workload
  var ours: [Double] = []
  var theirs: [Double] = []
  var way = ""

  /// Median of the rounds' figures.
  var psrdb: Double { median(ours) }
  var peer: Double? { theirs.isEmpty ? nil : median(theirs) }
  /// How many times as fast psrdb is.
  var ratio: Double? { peer.map { workload.unit == nil ? $0 / psrdb : psrdb / $0 } }
  /// psrdb's operations a second.
  var rate: Double? {
    workload.operations.map { $0 * psrdb / Double(workload.items) }
  }

  /// Measures psrdb for about `budget` seconds, three calls at least, then the peer.
  mutating func round(_ peer: Peer?, budget: Double) throws {
    var times: [Double] = []
    var spent = 0.0
    _ = try workload.call()
    while times.count < 3 || (spent < budget && times.count < 200) {
      let time = try workload.call()
      times.append(time)
      spent += time
    }
    ours.append(workload.figure(median(times)))
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

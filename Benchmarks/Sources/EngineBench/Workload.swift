import Engine

/// One line of the table: work that psrdb and PyTorch do alike.
struct Workload {
  /// What the peer knows it by.
  var id: String
  var name: String
  /// What is counted in a second; nil where the time of one call is the figure.
  var unit: String?
  /// Units of one call.
  var items: Int
  /// What psrdb ÷ PyTorch must reach; in milliseconds at most where the time is the figure.
  var bar: Double
  /// Floating-point operations of one call, convolutions counted as direct sums; nil if not
  /// counted.
  var operations: Double?
  /// Elements of all weights, to hold the peer to the same networks.
  var weights: Int
  /// Makes one call; returns its seconds. Some calls have parts that are not the work.
  var call: () throws -> Double

  /// The figure of a call that took this many seconds.
  func figure(_ seconds: Double) -> Double {
    unit == nil ? seconds * 1000 : Double(items) / seconds
  }

  /// The figure of the median of calls for about `budget` seconds, three calls at least.
  func measure(budget: Double) throws -> Double {
    var times: [Double] = []
    var spent = 0.0
    while times.count < 3 || (spent < budget && times.count < 200) {
      let time = try call()
      times.append(time)
      spent += time
    }
    return figure(median(times))
  }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  let (whole, atto) = start.duration(to: .now).components
  return Double(whole) + Double(atto) * 1e-18
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

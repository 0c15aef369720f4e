import Engine

/// What more threads bring: every workload at 1, 2, 4, … threads, up to the cores that are there.
struct Scaling {
  let threads: [Int]
  /// Figures of each workload, by `threads`.
  private(set) var rows: [(workload: Workload, figures: [Double])] = []

  /// Workloads in turns at every number of threads, `rounds` times; medians.
  init(_ workloads: [Workload], rounds: Int) throws {
    let cores = Threads.count
    var threads = [1]
    while let last = threads.last, last < cores { threads.append(min(2 * last, cores)) }
    self.threads = threads
    for workload in workloads {
      var figures = threads.map { _ in [Double]() }
      for _ in 0..<rounds {
        for (i, count) in threads.enumerated() {
          figures[i].append(
            try Threads.$count.withValue(count) {
              _ = try workload.call()
              return try workload.measure(budget: 0.5)
            })
        }
      }
      rows.append((workload, figures.map(median)))
    }
  }

  /// Figures at each number of threads as multiples of those at one.
  func gains(_ row: (workload: Workload, figures: [Double])) -> [Double] {
    row.figures.map { row.workload.unit == nil ? row.figures[0] / $0 : $0 / row.figures[0] }
  }
}

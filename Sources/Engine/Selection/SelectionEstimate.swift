/// What ranking one class would take, told beforehand.
public struct SelectionEstimate: Sendable, Equatable {
  /// Memory for features, similarities and what a strategy keeps for each pick.
  public let bytes: Int
  /// What ranking needs whatever `memory` is: all but the similarities, of which one block of rows
  /// is the least that is kept.
  public let leastBytes: Int

  /// - Parameters:
  ///   - strategy: the strategy to rank by.
  ///   - candidates: rows of the class.
  ///   - targets: real images to cover; 0 for the candidates themselves.
  ///   - dimensions: columns of the features.
  ///   - memory: what similarities may take, as for `Strategy.rank`.
  public init(
    _ strategy: any Strategy, candidates: Int, targets: Int, dimensions: Int, count: Int,
    memory: Int = 256 << 20
  ) {
    let columns =
      switch type(of: strategy).matrix {
      case .none: 0
      case .candidates: candidates
      case .targets: targets > 0 ? targets : candidates
      }
    let all = Similarities.bytes(candidates: candidates, targets: columns)
    let block = Similarities.bytes(
      candidates: min(candidates, Similarities.edge), targets: columns)
    // Features as given, as unit rows and, where they are targets, with these first; then a row of
    // candidates for each pick (dpp's factor).
    let copies = targets > 0 ? 2 * (candidates + targets) : 3 * candidates
    let fixed = copies * dimensions * 4 + candidates * count * 4
    bytes = fixed + min(all, max(memory, block))
    leastBytes = fixed + block
    // Similarities that do not fit are computed again for every pick.
    let sweeps = all > memory ? Double(count) : 1
    operations =
      2 * Double(dimensions) * Double(candidates) * (Double(columns) * sweeps + Double(count))
  }

  /// Multiplications and additions of the matrix products, which take nearly all the time.
  public let operations: Double

  /// Floating-point operations a second, measured: of a small matrix product on one thread.
  public static func speed() -> Double {
    let (edge, depth) = (Similarities.edge, 512)
    let a = Tensor(zeros: [edge, depth])
    let c = Tensor(uninitialized: [edge, edge])
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<5 {
      let time = clock.measure {
        gemm(
          edge, edge, depth, a.pointer, lda: depth, a.pointer, ldb: depth, transposeB: true,
          c.pointer, ldc: edge)
      }
      best = min(best, time)
    }
    return Double(2 * edge * edge * depth) / max(best / .seconds(1), 1e-9)
  }
}

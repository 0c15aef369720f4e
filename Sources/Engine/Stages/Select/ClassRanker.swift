import Engine
import Store
import Synchronization

/// Ranks classes, several at a time where memory allows it. Rankings do not depend on how many.
struct ClassRanker {
  let strategy: any Strategy
  let source: Source
  let features: FeatureReader
  /// Bytes that features and similarities may take, of all classes ranked at a time together.
  let memory: Int

  /// Ranks `classes` to `count` picks, or as many as there are.
  ///
  /// - Parameter known: earlier rankings of these classes by this strategy, to be continued.
  /// - Throws: `PoolError`: `usage` where `memory` is too little for one class, `failure` for
  ///   scores that hold NaN, or of a lower class before a higher one's.
  func rank(
    _ classes: [CandidateSlice.Members], count: Int, extending known: [Ranking]?
  ) throws -> [Ranking] {
    let (lanes, similarities) = try budget(classes, count: count)
    let results = Mutex([Result<Ranking, any Error>?](repeating: nil, count: classes.count))
    let next = Atomic<Int>(0)
    parallel(lanes) { _ in
      while case let i = next.wrappingAdd(1, ordering: .relaxed).oldValue, i < classes.count {
        let result = Result {
          try rank(classes[i], count: count, extending: known?[i], memory: similarities)
        }
        results.withLock { $0[i] = result }
        // Of other sizes than the next class's, so that they would stay beside them.
        releaseTensorMemory()
      }
    }
    return try results.withLock { try $0.compactMap { try $0?.get() } }
  }

  private func rank(
    _ members: CandidateSlice.Members, count: Int, extending known: Ranking?, memory: Int
  ) throws -> Ranking {
    do {
      let covered = try source == .pool ? features.realFeatures(members.label) : nil
      return try strategy.rank(
        features.candidates(members, covering: covered), count: min(count, members.rows.count),
        extending: known, memory: memory)
    } catch let error as SelectionError {
      throw PoolError(
        .failure, "Class \(members.label) could not be ranked: \(error).", remedy: "psrdb score")
    }
  }

  /// What ranking a class takes if its similarities may take `similarities` bytes.
  func estimate(
    _ members: CandidateSlice.Members, count: Int, similarities: Int = .max
  ) throws -> SelectionEstimate {
    SelectionEstimate(
      strategy, candidates: members.rows.count,
      targets: source == .pool ? try features.realCount(members.label) : 0,
      dimensions: try features.dimensions(members), count: min(count, members.rows.count),
      memory: similarities)
  }

  /// How many classes are ranked at a time, and the bytes that the similarities of each may take.
  func budget(
    _ classes: [CandidateSlice.Members], count: Int
  ) throws -> (lanes: Int, similarities: Int) {
    let estimates = try classes.map { try estimate($0, count: count) }
    let (whole, least) = (estimates.map(\.bytes).max() ?? 0, estimates.map(\.leastBytes).max() ?? 0)
    guard least <= memory else {
      throw PoolError(
        .usage,
        "Ranking a class takes \(least) bytes at least; --memory allows \(memory).",
        remedy: "Ask for --memory \(least / 1_000_000 + 1)MB or more, or for a smaller slice.")
    }
    if whole <= memory {
      return (max(1, min(Threads.count, classes.count, memory / max(whole, 1))), .max)
    }
    return (1, max(1, memory - least))
  }
}

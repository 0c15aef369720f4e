public import Store

/// What a stage runs in: the pool, somebody who is told how far it is, and somebody who may ask
/// it to stop.
public final class Context {
  let pool: Pool
  private let report: (ProgressUpdate) -> Void
  private let isCancelled: () -> Bool
  private var stage = ""

  public init(
    pool: Pool, report: @escaping (ProgressUpdate) -> Void, isCancelled: @escaping () -> Bool
  ) {
    self.pool = pool
    self.report = report
    self.isCancelled = isCancelled
  }

  /// Names the stage that the steps from here on belong to.
  func begin(_ stage: String) { self.stage = stage }

  /// Stops here where that is asked for.
  /// - Throws: `Interrupted`: what is in the pool stays, the rest is left.
  func pause() throws {
    if isCancelled() { throw Interrupted() }
  }

  /// Says that `done` of `total` pieces of work, or bytes, are done.
  /// - Throws: as `pause`.
  func step(_ done: Int, of total: Int, note: String = "", isBytes: Bool = false) throws {
    try pause()
    report(ProgressUpdate(stage: stage, done: done, total: total, note: note, isBytes: isBytes))
  }
}

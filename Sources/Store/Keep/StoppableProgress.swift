/// A caller's progress that may end the work by throwing, and remembers what it threw: that is not
/// an error of the store's, to be explained as one.
final class StoppableProgress {
  private let report: (Int, Int) throws -> Void
  private(set) var stop: (any Error)?

  /// - Parameter report: called with bytes done and in all.
  init(_ report: @escaping (Int, Int) throws -> Void) {
    self.report = report
  }

  func callAsFunction(_ done: Int, _ total: Int) throws {
    do { try report(done, total) } catch {
      stop = error
      throw error
    }
  }
}

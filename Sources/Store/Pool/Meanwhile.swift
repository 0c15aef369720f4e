import Dispatch
import Synchronization

/// Work that another thread does meanwhile. When its result is there, nothing of the work is left:
/// what it held is not let go of later, on the other thread.
final class Meanwhile<Value: Sendable>: Sendable {
  private let work: Mutex<(@Sendable () throws -> Value)?>
  private let outcome = Mutex<Result<Value, any Error>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ work: @escaping @Sendable () throws -> Value) {
    self.work = Mutex(work)
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      let result = Result { try run() }
      outcome.withLock { $0 = result }
      isDone.signal()
    }
  }

  /// Does the work and forgets it.
  private func run() throws -> Value {
    let work = work.withLock { work in
      defer { work = nil }
      return work
    }
    guard let work else { throw CancellationError() }
    return try work()
  }

  /// Waits for what comes of it.
  func result() -> Result<Value, any Error> {
    isDone.wait()
    defer { isDone.signal() }
    return outcome.withLock { $0 } ?? .failure(CancellationError())
  }
}

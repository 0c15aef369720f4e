import Dispatch
import Synchronization

/// Work that another thread does meanwhile.
final class Meanwhile<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, any Error>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ work: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      let result = Result { try work() }
      outcome.withLock { $0 = result }
      isDone.signal()
    }
  }

  /// Waits for what comes of it.
  func result() -> Result<Value, any Error> {
    isDone.wait()
    defer { isDone.signal() }
    return outcome.withLock { $0 } ?? .failure(CancellationError())
  }
}

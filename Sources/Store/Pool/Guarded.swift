import Foundation

/// A value behind a lock that is held for long. It waits by pthread, where the thread sanitizer
/// sees it; how `Mutex` waits it does not see, and takes the value for unguarded.
final class Guarded<Value>: @unchecked Sendable {
  // `value` is touched under `lock` alone.
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}

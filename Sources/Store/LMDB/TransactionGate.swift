import Foundation

/// Lets transactions of this process in, or nobody while the map is resized: liblmdb forbids
/// resizing under an open transaction.
final class TransactionGate: @unchecked Sendable {
  // Everything below is touched under `condition` alone.
  private let condition = NSCondition()
  private var inside: [UInt: Int] = [:]
  private var isClosed = false

  private static var thread: UInt { UInt(pthread_self()) }

  /// Enters; waits while the gate is closed, unless this thread is inside already.
  func enter() {
    condition.lock()
    let thread = Self.thread
    while isClosed && inside[thread] == nil { condition.wait() }
    inside[thread, default: 0] += 1
    condition.unlock()
  }

  /// Leaves; on the thread that entered.
  func leave() {
    condition.lock()
    let thread = Self.thread
    let count = inside[thread, default: 1] - 1
    inside[thread] = count == 0 ? nil : count
    if inside.isEmpty { condition.broadcast() }
    condition.unlock()
  }

  /// Runs `body` when nobody is inside.
  ///
  /// - Throws: `Occupied` where this very thread is inside and would wait for itself.
  func exclusively(_ body: () throws -> Void) throws {
    condition.lock()
    defer {
      isClosed = false
      condition.broadcast()
      condition.unlock()
    }
    while isClosed { condition.wait() }
    if inside[Self.thread] != nil { throw Occupied() }
    isClosed = true
    while !inside.isEmpty { condition.wait() }
    try body()
  }

  struct Occupied: Error, CustomStringConvertible {
    var description: String { "the map has to grow while this thread reads from it" }
  }
}

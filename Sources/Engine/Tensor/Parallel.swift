import Dispatch
import Foundation
import Synchronization

/// How many threads loops may use: `PSRDB_THREADS`, or every core. A task may have another number.
public enum Threads {
  @TaskLocal public static var count =
    ProcessInfo.processInfo.environment["PSRDB_THREADS"].flatMap(Int.init).map { max(1, $0) }
    ?? ProcessInfo.processInfo.activeProcessorCount
}

/// Whether this thread is running an item of `parallel`: loops within it then run on it alone.
private enum Inside { @TaskLocal static var item = false }

/// Calls `body` for 0..<count, in parallel; within an item of another such loop, one by one.
///
/// The work items are the caller's choice and never depend on the number of threads, so results
/// are the same bits with any number of them. `body` must write only what belongs to its item.
public func parallel(_ count: Int, _ body: (Int) -> Void) {
  let threads = min(Threads.count, count)
  if threads <= 1 || Inside.item {
    for i in 0..<count { body(i) }
    return
  }
  withoutActuallyEscaping(body) { body in
    let shared = UncheckedBody(call: body)
    let cursor = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      Inside.$item.withValue(true) {
        while true {
          let i = cursor.wrappingAdd(1, ordering: .relaxed).oldValue
          if i >= count { break }
          shared.call(i)
        }
      }
    }
  }
}

// The closure outlives no call of `parallel`, and its items are disjoint by contract.
private struct UncheckedBody: @unchecked Sendable { let call: (Int) -> Void }

/// Splits 0..<count into chunks of `grain` and calls `body` with each, in parallel.
func parallel(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let grain = max(1, grain)
  parallel((count + grain - 1) / grain) { i in body(i * grain..<min(count, (i + 1) * grain)) }
}

/// Splits 0..<count into ranges of at most `most` whose sizes differ by one, and calls `body` with
/// each, in parallel; an even number of them where there is more than one, so that two threads have
/// as much to do.
func parallel(_ count: Int, evenly most: Int, _ body: (Range<Int>) -> Void) {
  let most = max(1, most)
  var parts = (count + most - 1) / most
  if parts > 1 { parts = min(count, parts + parts % 2) }
  parallel(parts) { i in body(count * i / parts..<count * (i + 1) / parts) }
}

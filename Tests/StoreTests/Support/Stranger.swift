import Foundation
import Synchronization

/// Somebody who may only read what the pool's owner lets others read: a thread of its own, which is
/// nobody to the file system even where tests run as root.
enum Stranger {
  static func run(_ body: @escaping () throws -> Void) throws {
    nonisolated(unsafe) let body = body
    let outcome = Mutex<Result<Void, any Error>?>(nil)
    let thread = Thread {
      if geteuid() == 0 { _ = (setfsgid(65534), setfsuid(65534)) }
      let result = Result { try body() }
      outcome.withLock { $0 = result }
    }
    thread.start()
    while !thread.isFinished { usleep(1000) }
    try outcome.withLock { $0 }?.get()
  }
}

// Of Linux alone, and so not in the C library's module in Swift.
@_silgen_name("setfsuid") private func setfsuid(_ user: UInt32) -> Int32
@_silgen_name("setfsgid") private func setfsgid(_ group: UInt32) -> Int32

import Foundation
import Synchronization

/// Somebody who may only read what the pool's owner lets others read: a thread of its own, which is
/// nobody to the file system even where tests run as root.
enum Stranger {
  /// False for a root that cannot become nobody, as in some containers, or where nobody may not come
  /// to the folder of the tests at all.
  static let isPossible: Bool = {
    let path = FileManager.default.temporaryDirectory.path + "/psrdb-stranger-\(getpid())"
    defer { unlink(path) }
    guard FileManager.default.createFile(atPath: path, contents: Data()), chmod(path, 0o644) == 0
    else { return false }
    let isOther = Mutex(false)
    try? run {
      func opens(_ mode: Int32) -> Bool {
        let descriptor = open(path, mode)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
      }
      let isNobody = geteuid() != 0 || !opens(O_WRONLY)
      isOther.withLock { $0 = opens(O_RDONLY) && isNobody }
    }
    return isOther.withLock { $0 }
  }()

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

import Foundation

/// The right to write to a pool: one process at a time. Covers the index and its checkpoints too.
///
/// The lock is the kernel's (flock), so that it ends with its owner; the file's text tells who
/// that is.
final class WriterLock: Sendable {
  private let descriptor: Int32

  private struct Owner: Codable {
    var pid: Int32
    var host: String
    var start: String
  }

  /// Takes the lock, trying for `wait` seconds.
  ///
  /// - Throws: `PoolError` with code `locked`, naming the owner.
  init(_ files: PoolFiles, wait: TimeInterval) throws {
    descriptor = try Self.take(files, wait: wait)
    let owner = Owner(
      pid: getpid(), host: ProcessInfo.processInfo.hostName, start: Date().ISO8601Format())
    if let text = try? JSONEncoder().encode(owner) {
      // For people; a full disk must not keep a pool from being repaired.
      ftruncate(descriptor, 0)
      _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  /// The locked file. Apart from `init`: what throws there when the descriptor is set runs
  /// `deinit`, and whoever closes it besides may close another thread's file.
  private static func take(_ files: PoolFiles, wait: TimeInterval) throws -> Int32 {
    let descriptor = Foundation.open(files.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", files.lock) }
    let deadline = ProcessInfo.processInfo.systemUptime + wait
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      guard code == EWOULDBLOCK else {
        Foundation.close(descriptor)
        throw SystemError("flock", files.lock, code: code)
      }
      if ProcessInfo.processInfo.systemUptime >= deadline {
        defer { Foundation.close(descriptor) }
        throw refusal(files, descriptor)
      }
      usleep(20_000)
    }
    return descriptor
  }

  deinit {
    // Closing alone leaves the lock to a child that was forked and has not come to exec yet.
    flock(descriptor, LOCK_UN)
    Foundation.close(descriptor)
  }

  private static func refusal(_ files: PoolFiles, _ descriptor: Int32) -> PoolError {
    // Whoever shares the lock is a reader (`SharedLock`).
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
      return PoolError(
        .locked, "\(files.directory) is being read by somebody who may not write to it.",
        remedy: "Try again when that is done.")
    }
    return PoolError(
      .locked, "\(files.directory) is being written by \(owner(descriptor)).",
      remedy: "Try again when it is done; reading needs no lock.")
  }

  private static func owner(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0,
      let owner = try? JSONDecoder().decode(Owner.self, from: Data(bytes[0..<count]))
    else { return "another process" }
    return "process \(owner.pid) on \(owner.host), since \(owner.start)"
  }
}

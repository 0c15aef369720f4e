import Foundation

/// Keeps writers away while a pool is read by one who may not write to it: such a reader cannot
/// enter itself in the table of readers, and what it reads would be used again under its eyes.
final class SharedLock: Sendable {
  /// -1 where nobody can write.
  private let descriptor: Int32

  /// Takes the lock, waiting a little for who only catches up.
  ///
  /// - Throws: `PoolError`: `locked` where somebody writes, `failure` where it cannot be had.
  init(_ directory: String) throws {
    descriptor = try Self.take(directory)
  }

  /// Apart from `init`, as `WriterLock.take` is.
  private static func take(_ directory: String) throws -> Int32 {
    let path = directory + "/writer.lock"
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return try withoutLock(directory, SystemError("open", path)) }
    let deadline = ProcessInfo.processInfo.systemUptime + 1
    while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
      let error = SystemError("flock", path)
      if error.code == EINTR { continue }
      if error.code == EWOULDBLOCK && ProcessInfo.processInfo.systemUptime < deadline {
        usleep(20_000)
        continue
      }
      Foundation.close(descriptor)
      guard error.code == EWOULDBLOCK else { return try withoutLock(directory, error) }
      throw PoolError(
        .locked,
        "\(directory) is being written. Who may not write to it cannot read it meanwhile.",
        remedy: "Try again when that is done, or be given the right to write \(directory)/lock.mdb."
      )
    }
    return descriptor
  }

  /// Where nothing can be written nothing has to be locked.
  private static func withoutLock(_ directory: String, _ error: SystemError) throws -> Int32 {
    var status = statvfs()
    if statvfs(directory, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0 { return -1 }
    throw PoolError(
      .failure,
      "\(directory) may not be written, and no lock keeps writers away while it is read.",
      remedy: "Read a copy of the pool, or be given the right to write to it.", cause: error)
  }

  deinit {
    if descriptor >= 0 {
      flock(descriptor, LOCK_UN)
      Foundation.close(descriptor)
    }
  }
}

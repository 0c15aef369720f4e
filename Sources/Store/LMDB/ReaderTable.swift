import CLMDB
import Foundation

/// `lock.mdb`, liblmdb's table of readers.
enum ReaderTable {
  /// How many may read at once.
  static let places = 1024
  /// Bytes: liblmdb has a header of two and a place for each reader, 64 bytes all of them.
  private static let size = (places + 2) * 64

  static func path(in directory: String) -> String { directory + "/lock.mdb" }

  /// Gives the table its room on the disk. liblmdb makes a file with a hole and writes to it
  /// through a map: on a full disk that would kill.
  ///
  /// Its size is left alone, as liblmdb goes by it. Not for a table this process has open: closing
  /// it would drop the locks on it.
  ///
  /// - Throws: `SystemError` where there is no room.
  static func allocate(in directory: String) throws {
    let path = path(in: directory)
    if let status = try? FileStatus(path), status.allocated >= size { return }
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    // What else there is to say of it liblmdb will say; some file systems cannot do this.
    func check(_ isDone: Bool, _ call: String) throws {
      if !isDone && [ENOSPC, EDQUOT].contains(errno) { throw SystemError(call, path) }
    }
    try check(descriptor >= 0, "open")
    guard descriptor >= 0 else { return }
    defer { Foundation.close(descriptor) }
    try check(fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, off_t(size)) == 0, "fallocate")
  }

  /// Locks or unlocks what liblmdb locks while it opens an environment: who has it alone makes the
  /// table anew, who shares it goes by what is there, and who gets neither waits.
  ///
  /// - Throws: `SystemError` where another process has it.
  static func lock(_ descriptor: Int32, _ path: String, type: Int32) throws {
    var lock = flock()
    lock.l_type = Int16(type)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_len = 1
    while fcntl(descriptor, F_SETLK, &lock) != 0 {
      guard errno == EINTR else { throw SystemError("fcntl", path) }
    }
  }
}

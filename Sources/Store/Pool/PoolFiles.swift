import Foundation

/// Where a pool's files are, and what it takes to make them last.
struct PoolFiles: Sendable {
  let directory: String

  var data: String { directory + "/data.mdb" }
  var index: String { directory + "/index.sqlite" }
  var lock: String { directory + "/writer.lock" }

  /// Whether something like a pool is here.
  var exists: Bool { FileManager.default.fileExists(atPath: data) }

  /// Refuses a pool one of whose files is a link or a device: a pool from a stranger could make
  /// psrdb write elsewhere, or wait for ever.
  func requirePlain() throws {
    let names = ["data.mdb", "lock.mdb", "writer.lock"]
    let indexes = ["index.sqlite", "index.sqlite.new"].flatMap { index in
      ["", "-wal", "-shm", "-journal"].map { index + $0 }
    }
    for name in names + indexes {
      // Of a link it says that it is one.
      let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)
      guard let type = attributes?[.type] as? FileAttributeType else { continue }
      guard type == .typeRegular else {
        throw PoolError(
          .damage, "\(directory)/\(name) is no plain file.",
          remedy: "If you know what it is, put the file itself in its place: psrdb verify")
      }
    }
  }

  /// Makes a file's or directory's contents durable.
  static func synchronize(_ path: String) throws {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { Foundation.close(descriptor) }
    // EINVAL: a file system that cannot synchronise a directory.
    if fsync(descriptor) != 0 && errno != EINVAL { throw SystemError("fsync", path) }
  }

  /// The directory a path is in.
  static func parent(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// A path without slashes at its end.
  static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1 && path.last == "/" { path.removeLast() }
    return String(path)
  }

  /// Free bytes of the file system for this user; nil where it does not say.
  var freeBytes: Int? {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// Whether the file system, or what this process may write (ulimit -f), is all but used up.
  var isCramped: Bool {
    if let freeBytes, freeBytes < 16 << 20 { return true }
    let limit = FileSizeLimit.current
    return [data, index, index + "-wal"].contains { file in
      ((try? FileStatus(file).size) ?? 0) > limit - 1 << 16
    }
  }

  /// Removes what a process that is no more left beside a path while it was making it.
  static func removeAbandoned(_ path: String) {
    let folder = parent(of: path)
    let prefix = URL(fileURLWithPath: path).lastPathComponent + ".new-"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) {
      let number = name.dropFirst(prefix.count).prefix { $0.isNumber }
      guard let owner = pid_t(number), kill(owner, 0) != 0, errno == ESRCH else { continue }
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }
}

/// A failed system call.
struct SystemError: Error, CustomStringConvertible {
  let code: Int32
  let call: String
  let path: String

  init(_ call: String, _ path: String, code: Int32 = errno) {
    self.code = code
    self.call = call
    self.path = path
  }

  var description: String { "\(call) \(path): \(String(cString: strerror(code)))" }
}

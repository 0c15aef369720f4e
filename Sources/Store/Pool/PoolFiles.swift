import Foundation

/// Where a pool's files are, and what it takes to make them last.
struct PoolFiles: Sendable {
  /// Without slashes at its end: files are named after it too.
  let directory: String

  init(directory: String) { self.directory = Self.trimmed(directory) }

  var data: String { directory + "/data.mdb" }
  var index: String { directory + "/index.sqlite" }
  var lock: String { directory + "/writer.lock" }
  /// Where a compacted copy is made.
  var compacted: String { directory + "/compact.new" }

  /// The files that a pool's directory holds, at most.
  private static let names =
    ["data.mdb", "lock.mdb", "writer.lock"]
    + ["index.sqlite", "index.sqlite.new"].flatMap { index in
      ["", "-wal", "-shm", "-journal"].map { index + $0 }
    }

  /// Whether something like a pool is here.
  ///
  /// - Throws: `SystemError` where that may not be known.
  func exist() throws -> Bool {
    do {
      _ = try FileStatus(data)
      return true
    } catch let error as SystemError where [ENOENT, ENOTDIR].contains(error.code) {
      return false
    }
  }

  /// Whether something has a path's name already, if only a link that leads nowhere.
  static func isTaken(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)) != nil
  }

  /// Refuses a pool one of whose files is a link or a device: a pool from a stranger could make
  /// psrdb write elsewhere, or wait for ever.
  func requirePlain() throws {
    guard let name = irregular else { return }
    throw PoolError(
      .damage, "\(directory)/\(name) is no plain file.",
      remedy: "If you know what it is, put the file itself in its place: psrdb verify")
  }

  /// Refuses a path too long for SQLite, which calls that a file it cannot open. Its limit is 512
  /// bytes (MAX_PATHNAME of its os_unix.c), with the longest name of an index.
  func requireShort() throws(PoolError) {
    let longest = 512 - "/index.sqlite.new-journal".utf8.count
    let count = URL(fileURLWithPath: directory).path.utf8.count
    guard count > longest else { return }
    throw PoolError(
      .usage, "\(directory) has \(count) bytes; SQLite takes a pool's path of at most \(longest).",
      remedy: "Keep the pool in a folder with a shorter path.")
  }

  /// Refuses a pool whose data this user may not write, or not enter as a reader.
  func requireWritable() throws {
    for path in [data, ReaderTable.path(in: directory)]
    where FileManager.default.fileExists(atPath: path) {
      try Self.requireWritable(path)
    }
  }

  /// Without opening it: closing lock.mdb again would drop the locks that this process has on it.
  static func requireWritable(_ path: String) throws {
    guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else { throw SystemError("open", path) }
  }

  /// The first of a pool's files that is there and is no regular one: a link, a folder, a pipe.
  var irregular: String? {
    Self.names.first { name in
      // Of a link it says that it is one.
      let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)
      return (attributes?[.type] as? FileAttributeType ?? .typeRegular) != .typeRegular
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

  /// Refuses a path in a pool's directory; what cannot be looked at is left to who writes there.
  static func requireOutsidePool(_ path: String) throws(PoolError) {
    let folder = parent(of: path)
    guard (try? PoolFiles(directory: folder).exist()) != true else {
      throw PoolError(
        .usage, "\(path) would be inside the pool \(folder).", remedy: "Give another name.")
    }
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

  /// Gives a copy of a pool that pool's permissions: whoever may not read the one may not read the
  /// other. Its owner may go on with it.
  func takePermissions(of pool: PoolFiles) throws {
    for name in Self.names where FileManager.default.fileExists(atPath: directory + "/" + name) {
      try Self.copyPermissions(of: pool.data, to: directory + "/" + name, adding: 0o600)
    }
    try Self.copyPermissions(of: pool.directory, to: directory, adding: 0o700)
  }

  /// Gives what root makes in a file's place that file's owner, who goes on with it.
  static func copyOwner(of path: String, to copy: String) {
    guard geteuid() == 0, let there = try? FileStatus(path) else { return }
    // Some file systems know no owners.
    _ = chown(copy, there.owner, there.group)
  }

  /// Gives a file the permissions of another, if that is there.
  static func copyPermissions(
    of path: String, to copy: String, adding more: mode_t = 0
  ) throws {
    guard let wanted = try? FileStatus(path).permissions | more else { return }
    // Some file systems have the same permissions for all files, and refuse to be asked.
    if try FileStatus(copy).permissions != wanted && chmod(copy, wanted) != 0
      && ![EPERM, ENOTSUP].contains(errno)
    {
      throw SystemError("chmod", copy)
    }
  }

  /// Where a pool is made that is renamed to `path` when it is whole.
  static func beside(_ path: String) -> PoolFiles {
    PoolFiles(directory: "\(path).new-\(getpid())-\(UUID().uuidString)")
  }

  /// Removes what a process that is no more left beside a path while it was making it.
  static func removeAbandoned(_ path: String) {
    let folder = parent(of: path)
    let prefix = URL(fileURLWithPath: path).lastPathComponent + ".new-"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) && isAbandoned(String(name.dropFirst(prefix.count))) {
      let directory = PoolFiles(directory: folder + "/" + name)
      if directory.holdsNothingElse && directory.isOfThisMachine {
        try? FileManager.default.removeItem(atPath: directory.directory)
      }
    }
  }

  /// Whether a name ends as those of `beside` do, and no process has that number.
  private static func isAbandoned(_ ending: String) -> Bool {
    let parts = ending.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let owner = pid_t(parts[0]), String(owner) == parts[0],
      UUID(uuidString: String(parts[1])) != nil
    else { return false }
    return kill(owner, 0) != 0 && errno == ESRCH
  }

  /// Whether this is a directory that a pool alone is in, or a part of one.
  private var holdsNothingElse: Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: directory)
    guard attributes?[.type] as? FileAttributeType == .typeDirectory,
      let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
    else { return false }
    return names.allSatisfy { name in
      let file = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)
      return Self.names.contains(name) && file?[.type] as? FileAttributeType == .typeRegular
    }
  }

  /// False where a process of another machine may be making this: on a shared file system, unless
  /// it lies still for a day.
  private var isOfThisMachine: Bool {
    if FileSystem.sharedName(of: directory) == nil { return true }
    return [directory, data, index].allSatisfy { path in
      guard let status = try? FileStatus(path) else { return true }
      return status.modified < time(nil) - 86_400
    }
  }
}

import Synchronization

/// The environments open in this process, by file. liblmdb must not open one file twice: closing
/// either would drop the locks of both.
enum EnvironmentRegistry {
  private struct File: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  private struct Weak: Sendable { weak let environment: Environment? }

  private static let open = Mutex<[File: Weak]>([:])

  /// The environment of `directory`, opened if it is not yet.
  static func environment(directory: String, mapSize: Int) throws -> Environment {
    let status = try FileStatus(directory + "/data.mdb")
    let file = File(device: status.device, inode: status.inode)
    return try open.withLock { open in
      if let environment = open[file]?.environment { return environment }
      let environment = try Environment(directory: directory, create: false, mapSize: mapSize)
      open[file] = Weak(environment: environment)
      return environment
    }
  }
}

import Foundation

/// The environments open in this process, by file. liblmdb must not open one file twice: closing
/// either would drop the locks of both, and the places of their readers.
enum EnvironmentRegistry {
  struct File: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  private struct Weak { weak let environment: Environment? }

  // `open` is touched under `condition` alone.
  private static let condition = NSCondition()
  nonisolated(unsafe) private static var open: [File: Weak] = [:]

  /// The environment of `directory`, opened if it is not yet.
  static func environment(directory: String, mapSize: Int) throws -> Environment {
    let status = try FileStatus(directory + "/data.mdb")
    let file = File(device: status.device, inode: status.inode)
    condition.lock()
    defer { condition.unlock() }
    while let there = open[file] {
      if let environment = there.environment { return environment }
      // The last to use it has let go of it and is about to close it.
      condition.wait()
    }
    let environment = try Environment(directory: directory, create: false, mapSize: mapSize)
    environment.file = file
    open[file] = Weak(environment: environment)
    return environment
  }

  /// Says that an environment is closed: its file may be opened again.
  static func closed(_ file: File) {
    condition.lock()
    open[file] = nil
    condition.broadcast()
    condition.unlock()
  }
}

import Foundation

/// The environments open in this process, by file. liblmdb must not open one file twice: closing
/// either would drop the locks of both, and the places of their readers.
enum EnvironmentRegistry {
  struct File: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Which files a pool consists of: compaction puts others in their place, one by one.
  private struct Files: Equatable {
    let data: File
    let table: File?

    init(_ directory: String) throws {
      data = File(try FileStatus(directory + "/data.mdb"))
      table = (try? FileStatus(ReaderTable.path(in: directory))).map { File($0) }
    }
  }

  private struct Weak { weak let environment: Environment? }

  // `open` is touched under `condition` alone.
  private static let condition = NSCondition()
  nonisolated(unsafe) private static var open: [File: Weak] = [:]

  /// The environment of `directory`, opened if it is not yet.
  ///
  /// - Throws: as `Environment`.
  static func environment(directory: String, mapSize: Int) throws -> Environment {
    condition.lock()
    defer { condition.unlock() }
    for _ in 0..<100 {
      let file = try Files(directory).data
      if let there = open[file] {
        if let environment = there.environment { return environment }
        // The last to use it has let go of it and is about to close it.
        condition.wait()
        continue
      }
      try ReaderTable.allocate(in: directory)
      let files = try Files(directory)
      let environment = try Environment(directory: directory, create: false, mapSize: mapSize)
      // One pool's data must not be read with another's table of readers.
      guard environment.opened == file, try Files(directory) == files else { continue }
      environment.file = file
      open[file] = Weak(environment: environment)
      return environment
    }
    throw PoolError(
      .failure, "The files of \(directory) are replaced again and again.", remedy: "Try again.")
  }

  /// Says that an environment is closed: its file may be opened again.
  static func closed(_ file: File) {
    condition.lock()
    open[file] = nil
    condition.broadcast()
    condition.unlock()
  }
}

extension EnvironmentRegistry.File {
  init(_ status: FileStatus) {
    self.init(device: status.device, inode: status.inode)
  }
}

import Foundation

extension Pool {
  /// Writes data.mdb anew without its free pages and puts it in the old one's place, at once.
  /// Whoever has the pool open meanwhile keeps reading the old file.
  ///
  /// - Returns: bytes of data.mdb before and after.
  /// - Throws: `PoolError`: `noPool`, `locked`, `damage`, `noSpace`.
  public static func compact(
    at path: String, provenance: Provenance
  ) throws -> (before: Int, after: Int) {
    let files = PoolFiles(directory: path)
    let pool = try open(at: path, for: .writing, provenance: provenance)
    defer { pool.close() }
    let copy = PoolFiles(directory: files.compacted)
    do {
      let before = try FileStatus(files.data).size
      try? FileManager.default.removeItem(atPath: copy.directory)
      guard mkdir(copy.directory, 0o700) == 0 else { throw SystemError("mkdir", copy.directory) }
      defer { try? FileManager.default.removeItem(atPath: copy.directory) }
      try pool.environment.copy(to: copy.directory)
      let transaction = try pool.environment.read { $0.identity }
      try MetaPages.renumber(copy.data, transaction: transaction)
      try PageWalk.check(copy.data, transaction: transaction)
      let copied = try EnvironmentRegistry.environment(
        directory: copy.directory, mapSize: Environment.mapSize(for: copy.data))
      guard try copied.read({ try copied.head($0) }) == pool.head else {
        throw PoolError.damage("The compacted file ends elsewhere.")
      }
      // The copy's table of readers goes with it: who opens the new file shares one with nobody who
      // reads the old.
      let names = ["lock.mdb", "data.mdb"]
      let (from, to) = (copy.directory + "/", files.directory + "/")
      for name in names {
        PoolFiles.copyOwner(of: to + name, to: from + name)
        try PoolFiles.copyPermissions(of: to + name, to: from + name)
      }
      try PoolFiles.synchronize(copy.data)
      // Between the two nobody may open the old data with the new table.
      try copied.alone {
        for name in names {
          if rename(from + name, to + name) != 0 { throw SystemError("rename", from + name) }
        }
      }
      try PoolFiles.synchronize(files.directory)
      return (before, try FileStatus(files.data).size)
    } catch {
      throw explain(error, files, "Could not compact")
    }
  }
}

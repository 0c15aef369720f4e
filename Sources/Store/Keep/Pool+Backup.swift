import Foundation

extension Pool {
  /// Copies the pool as it stands to a new place, while others may write. The copy is verified,
  /// digests included, before it appears under its name.
  ///
  /// - Parameter progress: called with bytes verified and in all; what it throws ends it, and nothing
  ///   is left.
  /// - Throws: `PoolError`: `usage` where something is at `destination` already, `damage` where the
  ///   copy is not whole, `noSpace`; or what `progress` throws.
  public func backup(
    to destination: String, progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    // "DEST/" names the same directory; what is made beside it must not land inside.
    let destination = PoolFiles.trimmed(destination)
    guard !PoolFiles.isTaken(destination) else {
      throw PoolError(.usage, "\(destination) is there already.", remedy: "Give another name.")
    }
    try PoolFiles.requireOutsidePool(destination)
    PoolFiles.removeAbandoned(destination)
    let copy = PoolFiles.beside(destination)
    let progress = StoppableProgress(progress)
    do {
      try copy.requireShort()
      guard mkdir(copy.directory, 0o700) == 0 else { throw SystemError("mkdir", copy.directory) }
      try environment.copy(to: copy.directory)
      try Pool.reindex(at: copy.directory, provenance: provenance).close()
      if let finding = try Pool.verify(
        at: copy.directory, deep: true, progress: progress.callAsFunction
      )
      .findings.first {
        throw PoolError.damage("The copy is not whole: \(finding.where): \(finding.what)")
      }
      try copy.takePermissions(of: files)
      for file in [copy.data, copy.index, copy.directory] { try PoolFiles.synchronize(file) }
      guard rename(copy.directory, destination) == 0 else {
        throw SystemError("rename", copy.directory)
      }
      try PoolFiles.synchronize(PoolFiles.parent(of: destination))
    } catch {
      try? FileManager.default.removeItem(atPath: copy.directory)
      throw progress.stop
        ?? Self.explain(error, PoolFiles(directory: destination), "Could not back up to")
    }
  }
}

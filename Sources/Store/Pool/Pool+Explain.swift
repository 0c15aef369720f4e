import CLMDB
import Foundation

extension Pool {
  /// Turns what went wrong below into a `PoolError`, so that a caller sees no other.
  static func explain(_ error: any Error, _ files: PoolFiles, _ what: String) -> PoolError {
    if let error = error as? PoolError {
      guard error.code == .failure, let cause = error.cause, isOutOfSpace(cause, files) else {
        return error
      }
      return PoolError(
        .noSpace, "\(error.message) The disk is full.", remedy: error.remedy, cause: cause)
    }
    let message = "\(what) \(files.directory)."
    if isOutOfSpace(error, files) {
      guard (try? files.exist()) == true else {
        return PoolError(
          .noSpace, "\(message) The disk is full.", remedy: "Make room on that disk.", cause: error)
      }
      return PoolError(
        .noSpace, "\(message) The disk is full; what was committed before is whole.",
        remedy:
          "Make room on that disk; inside a pool psrdb drop and psrdb gc do, with a few MB free.",
        cause: error)
    }
    if let error = error as? LMDBError {
      let damaged = [
        MDB_CORRUPTED, MDB_INVALID, MDB_PAGE_NOTFOUND, MDB_PANIC, MDB_NOTFOUND, MDB_BAD_TXN,
        MDB_INCOMPATIBLE,
      ]
      if error.code == MDB_VERSION_MISMATCH {
        return PoolError(
          .newerFormat, "\(message) data.mdb was written by another generation of LMDB.",
          remedy: "Use the psrdb that wrote it.", cause: error)
      }
      if damaged.contains(error.code) { return .damage(message, cause: error) }
    }
    if SQLite.isDamage(error) {
      return PoolError.brokenIndex("\(message) The index is damaged.", cause: error)
    }
    switch (error as? SystemError)?.code ?? (error as? LMDBError)?.code {
    case EACCES, EPERM:
      return PoolError(
        .failure, "\(message) You have no right to.",
        remedy: "Be given the right to that file, or take another place, or a copy of the pool.",
        cause: error)
    case ENOENT where (error as? SystemError)?.call == "mkdir":
      let folder = PoolFiles.parent(of: files.directory)
      return PoolError(
        .notFound, "\(message) There is no folder \(folder).",
        remedy: "mkdir -p \(shellWord(folder))", cause: error)
    // liblmdb enters a process by its number alone.
    case EAGAIN where error is LMDBError:
      return PoolError(
        .locked, "\(message) A process of the same number has it open, in another container.",
        remedy: "Try again when that is done; containers that share process numbers (docker run "
          + "--pid) can have it open at once.", cause: error)
    case EMFILE, ENFILE:
      return PoolError(
        .failure, "\(message) Too many files are open.", remedy: "ulimit -n 1024", cause: error)
    case EROFS:
      return PoolError(
        .failure, "\(message) The file system is mounted for reading only.",
        remedy: "Take another place, or a copy of the pool.", cause: error)
    default: break
    }
    return PoolError(.failure, message, cause: error)
  }

  /// liblmdb 0.9 says EIO of a full disk, and SQLite has codes of its own.
  private static func isOutOfSpace(_ error: any Error, _ files: PoolFiles) -> Bool {
    switch error {
    case let error as SystemError:
      return [ENOSPC, EDQUOT, EFBIG].contains(error.code)
    case let error as LMDBError:
      if [ENOSPC, EDQUOT, EFBIG].contains(error.code) { return true }
      return error.code == EIO && files.isCramped
    default:
      return SQLite.isFull(error) || SQLite.isInputOutput(error) && files.isCramped
    }
  }
}

import CLMDB
import Foundation

/// What the file system says of a file.
struct FileStatus {
  private let status: psrdb_status

  var device: UInt64 { status.device }
  var inode: UInt64 { status.inode }
  var size: Int { Int(status.size) }
  /// Bytes that have room on the disk: fewer than `size` in a file with holes.
  var allocated: Int { Int(status.blocks) * 512 }
  /// Read, write and execute, of the owner, the group and others.
  var permissions: mode_t { mode_t(status.mode & 0o777) }
  var owner: uid_t { status.owner }
  var group: gid_t { status.group }
  /// Seconds since 1970.
  var modified: Int { Int(status.modified) }

  /// - Throws: `SystemError`, with code `ENOENT` where there is no such file.
  init(_ path: String) throws {
    var status = psrdb_status()
    guard psrdb_stat(path, &status) == 0 else { throw SystemError("stat", path) }
    self.status = status
  }

  /// Nil where the descriptor is none.
  init?(descriptor: Int32) {
    var status = psrdb_status()
    guard psrdb_fstat(descriptor, &status) == 0 else { return nil }
    self.status = status
  }
}

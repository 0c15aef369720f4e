import Foundation

/// What the file system says of a file.
struct FileStatus: Hashable {
  let device: UInt64
  let inode: UInt64
  let size: Int

  init(_ path: String) throws {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    guard let device = (attributes[.systemNumber] as? NSNumber)?.uint64Value,
      let inode = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value,
      let size = (attributes[.size] as? NSNumber)?.intValue
    else { throw SystemError("stat", path, code: EIO) }
    self.device = device
    self.inode = inode
    self.size = size
  }
}

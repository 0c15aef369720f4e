import Foundation

extension SimulatedDisk {
  /// What is on a disk.
  public struct Image {
    /// Files' bytes by path; nil for a directory.
    public let files: [String: [UInt8]?]

    /// Tells images apart.
    public var fingerprint: Int {
      var hasher = Hasher()
      for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
        hasher.combine(path)
        bytes?.withUnsafeBytes { hasher.combine(bytes: $0) }
      }
      return hasher.finalize()
    }

    /// Writes it into a new directory.
    public func write(to directory: String) throws {
      let manager = FileManager.default
      try manager.createDirectory(atPath: directory, withIntermediateDirectories: false)
      for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
        let path = directory + "/" + path
        if let bytes {
          try MemoryDirectory.write(bytes, path)
        } else {
          try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
      }
    }
  }
}

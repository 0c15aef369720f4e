import CLMDB

/// The file system a pool is on, as far as a pool must know.
public enum FileSystem {
  /// Those that are shared between machines or live in another program, by the magic numbers of
  /// statfs(2) and of the projects' own headers.
  private static let shared: [Int: String] = [
    0x6969: "NFS", 0xBD0_0BD0: "Lustre", 0x6573_5546: "FUSE", 0x517B: "SMB", 0xFE53_4D42: "SMB",
    0xFF53_4D42: "CIFS", 0xC3_6400: "Ceph", 0x102_1997: "9P", 0x4750_4653: "GPFS",
    0x1983_0326: "BeeGFS", 0x5346_414F: "AFS",
  ]

  /// The name of the file system with a magic number, if it is one a pool should not be on.
  static func sharedName(_ magic: Int) -> String? { shared[magic & 0xFFFF_FFFF] }

  /// What to know before a pool at `path` is written to; nil on a file system of this machine.
  ///
  /// liblmdb's map and readers' table, and SQLite's log, need memory that all who have the pool
  /// open share: the processes of one machine do, those of two do not.
  public static func warning(_ path: String) -> String? {
    guard let name = sharedName(of: path) else { return nil }
    return "\(path) is on \(name): use it from one machine at a time, or keep it on a local disk "
      + "and take it there with psrdb backup."
  }

  /// The name of the file system `path` is on, if other machines may be at work there too.
  static func sharedName(of path: String) -> String? {
    var status = statfs()
    guard statfs(path, &status) == 0 else { return nil }
    return sharedName(Int(status.f_type))
  }
}

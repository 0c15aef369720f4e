import CLMDB
import Foundation
import Synchronization

/// What a process has looked at in the map counts as its memory, though it is the system's cache of
/// the file. So that no command grows with the pool, it is let go of again now and then.
extension Environment {
  /// Bytes of the map a process may hold.
  private static let room = 128 << 20
  /// With a page the kernel maps those around it, up to so many bytes.
  static let window = 2 << 20
  /// The machine's pages; the file's are of the machine that made it.
  private static let granule = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Notes that so many bytes of the map may have been looked at.
  func look(at count: Int, _ transaction: borrowing ReadTransaction) {
    let held = self.held.wrappingAdd(count, ordering: .relaxed).newValue
    if held > Self.room { release(transaction) }
  }

  /// Lets go of the map. Whoever looks at it gets it back from the system's cache.
  func release(_ transaction: borrowing ReadTransaction) {
    held.store(0, ordering: .relaxed)
    guard let start = start(transaction) else { return }
    madvise(UnsafeMutableRawPointer(mutating: start), mapSize, MADV_DONTNEED)
  }

  /// Where the map begins; nil where that cannot be told.
  ///
  /// liblmdb does not say. But a page begins with its number, and the page that a value begins in
  /// is such a page. Its place follows from the value's if it is no larger than the machine's
  /// pages, with one of which the map begins.
  func start(_ transaction: borrowing ReadTransaction) -> UnsafeRawPointer? {
    var statistics = MDB_stat()
    mdb_env_stat(handle, &statistics)
    let size = Int(statistics.ms_psize)
    guard size > 0, size <= Self.granule, let value = try? transaction.value(journal, Key(1)),
      let page = UnsafeRawPointer(bitPattern: Int(bitPattern: value.baseAddress) & ~(size - 1)),
      let number = Int(exactly: page.load(as: UInt64.self)), number < mapSize / size
    else { return nil }
    return page - number * size
  }

  /// Begins to read a value from the disk.
  func prefetch(_ value: UnsafeRawBufferPointer) {
    let start = Int(bitPattern: value.baseAddress)
    let low = start & ~(Self.granule - 1)
    madvise(UnsafeMutableRawPointer(bitPattern: low), start + value.count - low, MADV_WILLNEED)
  }
}

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
  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Notes that so many bytes of the map may have been looked at.
  func look(at count: Int, _ transaction: borrowing ReadTransaction) {
    let held = self.held.wrappingAdd(count, ordering: .relaxed).newValue
    if held > Self.room { release(transaction) }
  }

  /// Lets go of the map. Whoever looks at it gets it back from the system's cache.
  func release(_ transaction: borrowing ReadTransaction) {
    held.store(0, ordering: .relaxed)
    // liblmdb does not say where the map begins. But a page begins with its number, and the page
    // that a value begins in is such a page.
    guard let value = try? transaction.value(journal, Key(1)), let start = value.baseAddress else {
      return
    }
    let page = UnsafeRawPointer(bitPattern: Int(bitPattern: start) & ~(Self.pageSize - 1))
    guard let page, let number = Int(exactly: page.load(as: UInt64.self)),
      number < mapSize / Self.pageSize
    else { return }
    madvise(
      UnsafeMutableRawPointer(mutating: page - number * Self.pageSize), mapSize, MADV_DONTNEED)
  }

  /// Begins to read a value from the disk.
  func prefetch(_ value: UnsafeRawBufferPointer) {
    let start = Int(bitPattern: value.baseAddress)
    let low = start & ~(Self.pageSize - 1)
    madvise(UnsafeMutableRawPointer(bitPattern: low), start + value.count - low, MADV_WILLNEED)
  }
}

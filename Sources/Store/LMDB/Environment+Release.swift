import CLMDB
import Foundation

/// What a process has looked at in the map counts as its memory, though it is the system's cache of
/// the file. So that no command grows with the pool, it is let go of again.
extension Environment {
  /// Bytes of a value from which on it is let go of as soon as it was used.
  private static let large = 1 << 20
  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Lets go of a value after its use. Whoever else looks at it gets it back from the cache.
  func release(_ value: UnsafeRawBufferPointer) {
    if value.count >= Self.large { Self.advise(value, MADV_DONTNEED) }
  }

  /// Begins to read a value from the disk.
  func prefetch(_ value: UnsafeRawBufferPointer) {
    if value.count >= Self.large { Self.advise(value, MADV_WILLNEED) }
  }

  private static func advise(_ value: UnsafeRawBufferPointer, _ advice: Int32) {
    let start = Int(bitPattern: value.baseAddress)
    let low = start & ~(pageSize - 1)
    madvise(UnsafeMutableRawPointer(bitPattern: low), start + value.count - low, advice)
  }

  /// Lets go of the whole map.
  func releaseAll(_ transaction: borrowing ReadTransaction) {
    // liblmdb does not say where the map begins. But a page begins with its number, and the page
    // that a value begins in is such a page.
    guard let value = try? transaction.value(journal, Key(1)), let start = value.baseAddress else {
      return
    }
    let page = UnsafeRawPointer(bitPattern: Int(bitPattern: start) & ~(Self.pageSize - 1))
    guard let page, let number = Int(exactly: page.load(as: UInt64.self)),
      number < mapSize / Self.pageSize
    else { return }
    madvise(UnsafeMutableRawPointer(mutating: page - number * Self.pageSize), mapSize, MADV_DONTNEED)
  }
}

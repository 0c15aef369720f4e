import Foundation

/// The two pages at the start of data.mdb, read without mapping it: a file shorter than they say may
/// kill whoever maps it (`PageWalk` looks for that).
struct MetaPages {
  let pageSize: Int
  /// The newest of the two that is whole.
  let newest: Meta
  /// Both, in their order in the file: transaction n is in page n mod 2.
  let all: [Meta]
  /// The bytes both were read from.
  let images: [[UInt8]]
  /// Whole pages that the file has. Fewer than `lastPage` says where the last ones were allocated and
  /// freed again by one transaction, which then never wrote them.
  let filePages: Int

  /// One meta page, as liblmdb 0.9 lays it out.
  struct Meta: Equatable {
    var version: UInt32
    var pageSize: Int
    var lastPage: Int
    var transaction: Int
    var freeRoot: UInt64
    var mainRoot: UInt64

    static let magic: UInt32 = 0xBEEF_C0DE

    init?(_ page: UnsafeRawBufferPointer) {
      func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: page.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      guard page.count >= 152,
        UInt32(littleEndian: page.loadUnaligned(fromByteOffset: 16, as: UInt32.self)) == Self.magic
      else { return nil }
      version = UInt32(littleEndian: page.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
      pageSize = Int(
        UInt32(littleEndian: page.loadUnaligned(fromByteOffset: 40, as: UInt32.self)))
      freeRoot = word(80)
      mainRoot = word(128)
      guard let lastPage = Int(exactly: word(136)), let transaction = Int(exactly: word(144)),
        // So that no count of bytes overflows.
        lastPage < 1 << 47
      else { return nil }
      self.lastPage = lastPage
      self.transaction = transaction
    }
  }

  /// Reads and checks them.
  ///
  /// - Throws: `PoolError`: `damage`, or `newerFormat` where another generation of LMDB wrote it.
  static func check(_ path: String) throws {
    _ = try MetaPages(path)
  }

  init(_ path: String) throws {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { Foundation.close(descriptor) }
    try self.init(descriptor, path)
  }

  init(_ descriptor: Int32, _ path: String) throws {
    guard let (first, firstImage) = Self.read(descriptor, at: 0), Self.isPageSize(first.pageSize)
    else {
      throw PoolError.damage("\(path) is no LMDB file, or its first page is damaged.")
    }
    guard first.version == 1 else {
      throw PoolError(
        .newerFormat, "\(path) was written by another generation of LMDB (\(first.version)).",
        remedy: "Use the psrdb that wrote it.")
    }
    guard let (second, secondImage) = Self.read(descriptor, at: first.pageSize),
      second.version == 1, second.pageSize == first.pageSize
    else { throw PoolError.damage("The second page of \(path) is damaged.") }
    pageSize = first.pageSize
    all = [first, second]
    images = [firstImage, secondImage]
    let slot = second.transaction > first.transaction ? 1 : 0
    newest = all[slot]
    guard slot == newest.transaction & 1 else {
      throw PoolError.damage("The first pages of \(path) are each other's.")
    }
    // After the pages were read: a writer may have made the file longer meanwhile, never shorter.
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size <= Environment.largestFile else {
      throw PoolError.damage("\(path) is \(size) bytes long, more than any pool.")
    }
    filePages = size / pageSize
    for root in [newest.freeRoot, newest.mainRoot]
    where root != .max && root > UInt64(min(newest.lastPage, filePages - 1)) {
      throw PoolError.damage("\(path) points outside itself, or is cut short.")
    }
  }

  private static func read(_ descriptor: Int32, at offset: Int) -> (Meta, [UInt8])? {
    var page = [UInt8](repeating: 0, count: 152)
    guard pread(descriptor, &page, page.count, offset) == page.count else { return nil }
    return page.withUnsafeBytes { Meta($0) }.map { ($0, page) }
  }

  /// Whether liblmdb can write pages of a size: it counts bytes within one in 16 bits.
  private static func isPageSize(_ size: Int) -> Bool {
    (512...32768).contains(size) && size & (size - 1) == 0
  }
}

extension MetaPages {
  /// Gives a compacted copy, which counts from 1, the transaction number of its original: the table
  /// of readers goes by these numbers.
  static func renumber(_ path: String, transaction: Int) throws {
    let pages = try MetaPages(path)
    let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { Foundation.close(descriptor) }
    // liblmdb looks for transaction n in page n mod 2.
    let newest = pages.newest == pages.all[0] ? 0 : 1
    for (slot, source) in [(transaction & 1, newest), (1 - transaction & 1, 1 - newest)] {
      var page = pages.images[source]
      page.withUnsafeMutableBytes { page in
        page.storeBytes(of: UInt64(slot).littleEndian, as: UInt64.self)
        let number = source == newest ? transaction : 0
        page.storeBytes(of: UInt64(number).littleEndian, toByteOffset: 144, as: UInt64.self)
      }
      guard pwrite(descriptor, page, page.count, off_t(slot * pages.pageSize)) == page.count else {
        throw SystemError("write", path)
      }
    }
  }
}

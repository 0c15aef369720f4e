import Foundation

/// Checks every page liblmdb could ever follow, by reading, not by mapping: liblmdb itself trusts
/// its pages, and a damaged one would kill whoever asks.
///
/// A file that passes can be read through the map without a trap. Contents are not looked at.
struct PageWalk {
  private let descriptor: Int32
  private let path: String
  private let pages: MetaPages
  /// Pages reached or free, one bit each.
  private var seen: [UInt64]
  private var tally = Tally()

  /// Pages by kind and entries, as a database's record counts them.
  private struct Tally: Equatable {
    var branches = 0
    var leaves = 0
    var overflows = 0
    var entries = 0
  }

  /// A database's record: a tree's root and what hangs on it.
  private struct Record {
    var flags: UInt16
    var depth: Int
    var tally: Tally
    var root: UInt64

    static let size = 48

    init?(_ bytes: UnsafeRawBufferPointer) {
      guard bytes.count >= Self.size else { return nil }
      flags = bytes.number(4)
      depth = Int(bytes.number(6) as UInt16)
      let counts = (1...4).map { Int(exactly: bytes.number(8 * $0) as UInt64) ?? .max }
      tally = Tally(
        branches: counts[0], leaves: counts[1], overflows: counts[2], entries: counts[3])
      root = bytes.number(40)
    }
  }

  enum Tree { case free, main, data }

  /// Walks the snapshot with a transaction's number.
  ///
  /// - Throws: `PoolError` with code `damage` at the first thing that is wrong.
  static func check(_ path: String, transaction: Int) throws {
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { Foundation.close(descriptor) }
    let pages = try MetaPages(descriptor, path)
    // That of the two that liblmdb reads.
    let (meta, page) = (pages.all[transaction & 1], pages.images[transaction & 1])
    guard meta.transaction == transaction else {
      // Two commits have gone by since the snapshot was taken: a writer is alive and well.
      return
    }
    var walk = PageWalk(descriptor, path, pages, lastPage: meta.lastPage)
    let records = page.withUnsafeBytes { page in
      [40, 88].compactMap { Record(UnsafeRawBufferPointer(rebasing: page[$0..<($0 + 48)])) }
    }
    try walk.walk(records[0], .free)
    try walk.walk(records[1], .main)
  }

  /// The last page there is, and the last that the file has room for.
  private let lastPage: Int
  private var lastHeld: Int { min(lastPage, pages.filePages - 1) }

  private init(_ descriptor: Int32, _ path: String, _ pages: MetaPages, lastPage: Int) {
    self.descriptor = descriptor
    self.path = path
    self.pages = pages
    self.lastPage = lastPage
    seen = Array(repeating: 0, count: lastPage / 64 + 1)
    seen[0] = 3  // the meta pages
  }

  private mutating func walk(_ record: Record, _ tree: Tree) throws {
    // Only the flag liblmdb gives the list of free pages (MDB_INTEGERKEY) is ever set here. It does
    // not look at the highest bit (MDB_VALID) of the two databases at the top.
    guard record.flags & (tree == .data ? 0xFFFF : 0x7FFF) == (tree == .free ? 0x08 : 0) else {
      throw damage("a database has unknown flags")
    }
    let outer = tally
    tally = Tally()
    if record.root == .max {
      guard record.depth == 0 else { throw damage("an empty tree has a depth") }
    } else {
      guard (1...32).contains(record.depth) else { throw damage("a tree's depth is impossible") }
      var last: [UInt8]?
      try visit(record.root, level: record.depth, tree, from: nil, after: &last, before: nil)
    }
    guard tally == record.tally else { throw damage("a tree has other pages than its record says") }
    tally = outer
  }

  /// Marks pages as used; each may be used once.
  ///
  /// - Parameter last: the last that may be.
  private mutating func claim(_ first: UInt64, count: Int = 1, upTo last: Int) throws -> Int {
    guard let first = Int(exactly: first), first >= 2, count >= 1, count <= last,
      first <= last - count + 1
    else { throw damage("a page outside the file is referred to, or it is cut short") }
    // A word at a time: a large pool has millions of pages.
    var page = first
    while page < first + count {
      let bit = page % 64
      let bits = min(64 - bit, first + count - page)
      let mask = (UInt64.max >> UInt64(64 - bits)) << UInt64(bit)
      let twice = seen[page / 64] & mask
      guard twice == 0 else {
        throw damage("page \(page - bit + twice.trailingZeroBitCount) is used twice")
      }
      seen[page / 64] |= mask
      page += bits
    }
    return first
  }

  /// Checks a page of a tree and what hangs on it.
  ///
  /// - Parameters:
  ///   - floor: the least key it may hold, if any.
  ///   - last: the key of the leaf before, if any; the last key of the page afterwards.
  ///   - bound: the key after, if any.
  private mutating func visit(
    _ number: UInt64, level: Int, _ tree: Tree, from floor: [UInt8]?, after last: inout [UInt8]?,
    before bound: [UInt8]?
  ) throws {
    let number = try claim(number, upTo: lastHeld)
    let page = try read(number)
    let isLeaf = level == 1
    let nodes = try page.withUnsafeBytes { try self.nodes($0, number, tree, isLeaf: isLeaf) }
    if isLeaf { tally.leaves += 1 } else { tally.branches += 1 }
    if isLeaf { tally.entries += nodes.count }
    for (index, node) in nodes.enumerated() {
      if isLeaf || index > 0 {
        if let last, !Self.precedes(last, node.key, tree) {
          throw damage("the keys of page \(number) are out of order")
        }
        if let bound, !Self.precedes(node.key, bound, tree) {
          throw damage("a key of page \(number) belongs elsewhere")
        }
        if let floor, Self.precedes(node.key, floor, tree) {
          throw damage("a key of page \(number) belongs elsewhere")
        }
      }
      if isLeaf {
        last = node.key
        try leaf(node, tree, number)
      } else {
        let next = index + 1 < nodes.count ? nodes[index + 1].key : bound
        try visit(
          node.page, level: level - 1, tree, from: index > 0 ? node.key : floor, after: &last,
          before: next)
      }
    }
  }

  /// Checks a pair of a leaf.
  private mutating func leaf(_ node: Node, _ tree: Tree, _ number: Int) throws {
    var value = node.value
    switch node.flags {
    case 0x00:
      break
    case 0x01:
      value = try overflow(node, keepingAll: tree == .free)
    case 0x02 where tree == .main:
      guard let record = value.withUnsafeBytes({ Record($0) }), value.count == Record.size else {
        throw damage("a database's record is cut short")
      }
      try walk(record, .data)
      return
    default:
      throw damage("page \(number) has a value of an unknown kind")
    }
    if tree == .free {
      guard node.key.count == 8 else { throw damage("a key of the free list has a wrong size") }
      try free(value)
    } else if tree == .main {
      throw damage("the file has more than databases at its top")
    }
  }

  /// Checks a value on pages of its own; returns its bytes where they are wanted.
  private mutating func overflow(_ node: Node, keepingAll: Bool) throws -> [UInt8] {
    let first: UInt64 = node.value.withUnsafeBytes { $0.number(0) }
    guard first <= UInt64(lastPage) else { throw damage("a value lies outside the file") }
    let (isWhole, count) = try read(Int(first), size: 16).withUnsafeBytes { page in
      (
        page.number(0) as UInt64 == first && page.number(8) as UInt16 == 0
          && page.number(10) as UInt16 == 0x04, Int(page.number(12) as UInt32)
      )
    }
    // A list of free pages may have shrunk in place; any other value fits its pages.
    let needed = (node.size + 16 + pages.pageSize - 1) / pages.pageSize
    guard isWhole, count == needed || (keepingAll && count > needed) else {
      throw damage("overflow page \(first) is not what it should be")
    }
    let start = try claim(first, count: count, upTo: lastHeld)
    tally.overflows += count
    return keepingAll ? Array(try read(start, size: 16 + node.size)[16...]) : []
  }

  /// Checks a list of free pages: a count and that many numbers.
  private mutating func free(_ value: [UInt8]) throws {
    let numbers = value.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.number($0 * 8) as UInt64 }
    }
    guard let count = numbers.first, count <= numbers.count - 1 else {
      throw damage("a list of free pages is cut short")
    }
    for page in numbers.dropFirst().prefix(Int(count)) { _ = try claim(page, upTo: lastPage) }
  }

  private func read(_ number: Int) throws -> [UInt8] { try read(number, size: pages.pageSize) }

  private func read(_ number: Int, size: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    guard pread(descriptor, &bytes, size, off_t(number * pages.pageSize)) == size else {
      throw damage("page \(number) cannot be read")
    }
    return bytes
  }

  private static func precedes(_ one: [UInt8], _ other: [UInt8], _ tree: Tree) -> Bool {
    // The free list's keys are little-endian numbers.
    tree == .free
      ? one.reversed().lexicographicallyPrecedes(other.reversed())
      : one.lexicographicallyPrecedes(other)
  }

  func damage(_ what: String) -> PoolError {
    PoolError(
      .damage, "\(path) is damaged: \(what).",
      remedy: "Restore it from a backup, or make the pool again from its recipe.")
  }
}

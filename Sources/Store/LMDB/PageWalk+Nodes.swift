extension PageWalk {
  /// An entry of a tree page.
  struct Node {
    var key: [UInt8]
    /// Of a branch: the page below.
    var page: UInt64 = 0
    var flags: UInt16 = 0
    var size = 0
    /// Of a leaf: the value, or the number of its first overflow page. Empty where it is data, at
    /// which the walk does not look.
    var value: [UInt8] = []
  }

  /// Takes a tree page apart, trusting nothing in it.
  func nodes(
    _ page: UnsafeRawBufferPointer, _ number: Int, _ tree: Tree, isLeaf: Bool
  ) throws -> [Node] {
    let flags: UInt16 = page.number(10)
    guard page.number(0) as UInt64 == UInt64(number), flags == (isLeaf ? 0x02 : 0x01),
      page.number(8) as UInt16 == 0
    else { throw damage("page \(number) is not what it should be") }
    let lower = Int(page.number(12) as UInt16)
    let upper = Int(page.number(14) as UInt16)
    guard lower >= 16, lower % 2 == 0, lower <= upper, upper <= page.count,
      lower > 16
    else { throw damage("page \(number) has impossible bounds") }
    // liblmdb ends the process at a branch of one child, but for the free list.
    guard isLeaf || tree == .free || lower >= 20 else {
      throw damage("page \(number) is a branch of one page")
    }
    var places: [Range<Int>] = []
    let nodes = try stride(from: 16, to: lower, by: 2).map { pointer in
      let start = Int(page.number(pointer) as UInt16)
      guard start >= upper, start % 2 == 0, start + 8 <= page.count else {
        throw damage("page \(number) has a node outside itself")
      }
      let low =
        UInt64(page.number(start) as UInt16) | UInt64(page.number(start + 2) as UInt16) << 16
      let flags: UInt16 = page.number(start + 4)
      let keySize = Int(page.number(start + 6) as UInt16)
      let end = start + 8 + keySize
      guard keySize <= 511, end <= page.count else {
        throw damage("page \(number) has a key outside itself")
      }
      var node = Node(key: Array(page[start + 8..<end]))
      var last = end
      if isLeaf {
        node.flags = flags
        node.size = Int(low)
        let inline = flags & 0x01 != 0 ? 8 : node.size
        guard end + inline <= page.count else {
          throw damage("page \(number) has a value outside itself")
        }
        last += inline
        if flags != 0 || tree != .data { node.value = Array(page[end..<end + inline]) }
      } else {
        node.page = low | UInt64(flags) << 32
      }
      places.append(start..<last)
      return node
    }
    // A write that moves one of two nodes in one place would spoil the other.
    places.sort { $0.lowerBound < $1.lowerBound }
    guard zip(places, places.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else {
      throw damage("page \(number) has nodes in one place")
    }
    return nodes
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number at an offset.
  func number<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

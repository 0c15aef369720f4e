import Foundation
import Testing

@testable import Store

@Suite struct PageWalkTests {
  let fixture: Fixture
  let path: String
  let meta: MetaPages
  var bytes: [UInt8]

  /// A pool with free pages.
  init() throws {
    fixture = try Fixture()
    bytes = try fixture.dataWithFreePages()
    path = fixture.path + "/data.mdb"
    meta = try MetaPages(path)
  }

  private func number(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

  /// Where the values of a tree begin whose root is a leaf.
  private func values(_ root: UInt64) throws -> [Int] {
    let page = Int(root) * meta.pageSize
    try #require(number(page + 10) == 2, "The root is no leaf.")
    return stride(from: page + 16, to: page + number(page + 12), by: 2).map {
      let node = page + number($0)
      return node + 8 + number(node + 6)
    }
  }

  private func walk() throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try PageWalk.check(path, transaction: meta.newest.transaction)
  }

  /// As damage may leave it; liblmdb, too, takes it for a list of none.
  @Test mutating func anEmptyListOfFreePages() throws {
    let lists = try values(meta.newest.freeRoot)
    let count = lists.reduce(0) { $0 + number($1) }
    try #require(count > 0)
    for list in lists { bytes.replaceSubrange(list..<list + 8, with: repeatElement(0, count: 8)) }
    try walk()
  }

  /// liblmdb opens such a database and refuses to read it.
  @Test mutating func aDatabaseWithAnUnknownFlag() throws {
    try walk()
    for record in try values(meta.newest.mainRoot) { bytes[record + 5] = 0x80 }
    let walk = self
    let error = #expect(throws: PoolError.self) { try walk.walk() }
    #expect(error?.code == .damage)
  }

  /// liblmdb looks for transaction n in page n mod 2.
  @Test mutating func firstPagesInEachOthersPlace() throws {
    let other = meta.pageSize
    for offset in 16..<152 { bytes.swapAt(offset, other + offset) }
    let walk = self
    let error = #expect(throws: PoolError.self) { try walk.walk() }
    #expect(error?.code == .damage)
  }

  /// Of the free list's nodes the lowest is made to reach into the next, which a write would move apart.
  @Test mutating func nodesInOnePlace() throws {
    let lists = try values(meta.newest.freeRoot)
    try #require(lists.count > 1)
    let lowest = try #require(lists.min()) - 16  // a node's header and its key of 8 bytes
    let size = number(lowest) + 8
    bytes[lowest] = UInt8(size & 255)
    bytes[lowest + 1] = UInt8(size >> 8)
    let walk = self
    let error = #expect(throws: PoolError.self) { try walk.walk() }
    #expect(error?.message.contains("in one place") == true, "\(error?.message ?? "")")
  }

  /// At which liblmdb ends the process.
  @Test mutating func aBranchOfOnePage() throws {
    let branches = (2...meta.newest.lastPage).map { $0 * meta.pageSize }.filter {
      number($0 + 10) == 1 && number($0 + 12) > 18
    }
    try #require(!branches.isEmpty)
    for page in branches { bytes.replaceSubrange(page + 12..<page + 14, with: [18, 0]) }
    let walk = self
    let error = #expect(throws: PoolError.self) { try walk.walk() }
    #expect(error?.message.contains("branch of one page") == true, "\(error?.message ?? "")")
  }
}

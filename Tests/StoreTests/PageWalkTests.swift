import Foundation
import Testing

@testable import Store

@Suite struct PageWalkTests {
  /// As damage may leave it; liblmdb, too, takes it for a list of none.
  @Test func anEmptyListOfFreePages() throws {
    let fixture = try Fixture()
    let pool = try Fixture.fill(fixture.create())
    try pool.append(Fixture.generate(class: 2, count: 700))
    try pool.drop(
      try pool.query("SELECT id FROM versions WHERE class = 2").rows.compactMap { $0[0].string },
      reason: "to have free pages")
    _ = try pool.collect()
    pool.close()

    let path = fixture.path + "/data.mdb"
    let meta = try MetaPages(path)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let root = Int(meta.newest.freeRoot) * meta.pageSize
    func number(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    try #require(number(root + 10) == 2, "The list's root is no leaf.")
    // A node: 8 bytes, its key of 8, then the list, which begins with its count.
    let lists = stride(from: root + 16, to: root + number(root + 12), by: 2).map {
      root + number($0) + 16
    }
    let pages = lists.reduce(0) { $0 + number($1) }
    try #require(pages > 0)
    for list in lists { bytes.replaceSubrange(list..<list + 8, with: repeatElement(0, count: 8)) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))

    try PageWalk.check(path, transaction: meta.newest.transaction)
  }
}

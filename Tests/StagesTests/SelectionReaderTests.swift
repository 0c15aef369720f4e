import Store
import Testing

@testable import Stages

struct SelectionReaderTests {
  @Test func membersInOrderWithImagesAndLatents() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let reader = try SelectionReader("two", in: pool)
    #expect(reader.labels == [0, 0, 1, 1, 2, 2])
    #expect(reader.members.map(\.rank) == [0, 1, 0, 1, 0, 1])
    #expect(reader.members[2].id == "1-00004-0123abcd@0")
    #expect(reader.classNames == RealPool.classes)
    #expect(try reader.imageShape() == [28, 28, 1])
    let expected = try (0..<3).flatMap { label in
      try RealPool.images(label, 34..<35) + RealPool.images(label, 33..<34)
    }
    #expect(try reader.packed() == expected)
    let (shape, values) = try reader.latents(of: reader.members)
    #expect(shape == [6, 1, 1, 2])
    #expect(values == [8, 9, 6, 7, 108, 109, 106, 107, 208, 209, 206, 207])
  }

  @Test func refinedMembersAreTheNewVersions() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let reader = try SelectionReader("better", in: pool)
    #expect(reader.base == "two")
    #expect(reader.members[0].id == "0-00004-0123abcd@1")
    #expect(reader.members[1].id == "0-00003-0123abcd@0")
    let images = try reader.images(of: [reader.members[4], reader.members[5]])
    #expect(images == (try RealPool.images(2, 50..<51) + RealPool.images(2, 33..<34)))
    #expect(try reader.latents(of: [reader.members[2]]).values == [-1, 1])
  }

  /// Candidates may be older than the data set, or come of another one.
  @Test func candidatesOfOtherClassesAreRefused() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let reader = try SelectionReader("two", in: pool)
    var data = try RealImages(.train, in: pool).content
    try reader.requireFit(data)
    data.classes.removeLast()
    #expect(RealPool.code { try reader.requireFit(data) } == .usage)
    data = try RealImages(.train, in: pool).content
    data.image = [32, 32, 1]
    #expect(RealPool.code { try reader.requireFit(data) } == .usage)
  }

  @Test func generateAndUseTakesTheFirst() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let first = try SelectionReader("better", in: pool).generateAndUse()
    #expect(first.members.map(\.id).prefix(2) == ["0-00000-0123abcd@0", "0-00001-0123abcd@0"])
    #expect(first.members.count == 6)
    #expect(try first.images(of: [first.members[5]]) == RealPool.images(2, 31..<32))
  }

  @Test func realImages() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let ranking = try pool.append(RealPool.rank([2, 2, 2], .real, length: 2))
    try pool.append(
      Draft(
        .select(SelectContent(selection: "real", ranking: ranking.sequence, counts: [1, 1, 2]))))
    let reader = try SelectionReader("real", in: pool)
    #expect(reader.source == .real)
    #expect(reader.labels == [0, 1, 2, 2])
    #expect(reader.members[0].id == "clothes-train-0-00004")
    #expect(
      try reader.packed()
        == RealPool.images(0, 4..<5) + RealPool.images(1, 4..<5) + RealPool.images(2, 4..<5)
        + RealPool.images(2, 3..<4))
    #expect(RealPool.code { _ = try reader.latents(of: reader.members) } == .usage)
  }

  @Test func anUnknownSelectionNamesTheNearest() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let error = #expect(throws: PoolError.self) { try SelectionReader("tow", in: pool) }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("'two'") == true)
  }
}

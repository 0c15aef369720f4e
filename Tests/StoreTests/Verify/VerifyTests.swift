import Testing

@testable import Store

/// What `verify` says of whole pools, and of parts of them.
@Suite struct VerifyTests {
  let broken: BrokenPool
  init() throws { broken = try BrokenPool() }

  @Test func aWholePoolHasNoFindings() throws {
    try broken.make()
    var steps: [Int] = []
    #expect(
      try Pool.verify(at: broken.fixture.path, deep: true) { done, _ in steps.append(done) } == [])
    #expect(steps == steps.sorted() && steps.count > 10)
    let part = try Pool.verify(at: broken.fixture.path, deep: true, subset: (1, 3))
    #expect(part == [])
    let writer = try broken.fixture.open(.writing)
    #expect(try writer.verify() == [])
  }

  @Test func subsetsMakeTheWhole() throws {
    try broken.make()
    for (sequence, number) in [(5, 0), (5, 1), (7, 0)] {
      try broken.flipBit(ofTensor: number, of: Int64(sequence))
    }
    let found = try (0..<3).map {
      try Pool.verify(at: broken.fixture.path, deep: true, subset: ($0, 3)).map(\.id)
    }
    #expect(found.flatMap { $0 } == ["tensor-digest", "tensor-digest", "tensor-digest"])
    #expect(found.allSatisfy { $0.count < 3 })
  }
}

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
      try Pool.verify(at: broken.fixture.path, deep: true) { done, _ in steps.append(done) }
        .findings
        == [])
    #expect(steps == steps.sorted() && steps.count > 10)
    let part = try Pool.verify(at: broken.fixture.path, deep: true, subset: (1, 3)).findings
    #expect(part == [])
    let writer = try broken.fixture.open(.writing)
    #expect(try writer.verify() == [])
  }

  /// Not of what is appended while it looks.
  @Test func theFingerprintIsOfWhatWasLookedAt() throws {
    try broken.make()
    let writer = try broken.fixture.open(.writing)
    let head = writer.head
    var appended = false
    let verification = try Pool.verify(at: broken.fixture.path, deep: true) { _, _ in
      if !appended { try writer.append(Fixture.generate(class: 0, first: 90, count: 1)) }
      appended = true
    }
    #expect(verification == Verification(findings: [], fingerprint: head.digest))
    #expect(writer.head != head)
  }

  @Test func subsetsMakeTheWhole() throws {
    try broken.make()
    for (sequence, number) in [(5, 0), (5, 1), (7, 0)] {
      try broken.flipBit(ofTensor: number, of: Int64(sequence))
    }
    let found = try (0..<3).map {
      try Pool.verify(at: broken.fixture.path, deep: true, subset: ($0, 3)).findings.map(\.id)
    }
    #expect(found.flatMap { $0 } == ["tensor-digest", "tensor-digest", "tensor-digest"])
    #expect(found.allSatisfy { $0.count < 3 })
  }
}

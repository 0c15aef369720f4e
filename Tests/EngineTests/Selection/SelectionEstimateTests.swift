import Testing

@testable import Engine

@Suite struct SelectionEstimateTests {
  private func estimate(_ name: String, memory: Int = .max) throws -> SelectionEstimate {
    SelectionEstimate(
      try Strategies.make(name), candidates: 1000, targets: 2000, dimensions: 512, count: 50,
      memory: memory)
  }

  @Test func similaritiesCountWhereTheyAreKept() throws {
    let plain = try estimate("herding").bytes
    #expect(try estimate("psr").bytes - plain == 1000 * 2000 * 4)
    #expect(try estimate("gist").bytes - plain == 1000 * 1000 * 4)
    #expect(try estimate("psr", memory: 3_000_000).bytes - plain == 3_000_000)
    // One block of rows is the least.
    #expect(try estimate("psr", memory: 1).bytes - plain == 128 * 2000 * 4)
  }

  @Test func timeGrowsWithWork() throws {
    let operations = try estimate("herding").operations
    #expect(operations > 0 && SelectionEstimate.speed() > 0)
    #expect(try estimate("psr", memory: 1).operations > operations)
  }
}

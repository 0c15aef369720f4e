import Engine
import Foundation
import Store
import Testing

@testable import Stages

/// Allocations, budget-aware selections, dry runs and interrupted rankings.
@Suite struct SelectOptionsTests {
  let fixture: PoolFixture
  var pool: Pool { fixture.pool }

  init() throws { fixture = try PoolFixture() }

  private func run(_ stage: Select) throws -> Select.Report {
    try stage.run(Context(pool: pool, report: { _ in }, isCancelled: { false }))
  }

  private func counts(_ name: String) throws -> [Int] {
    try pool.query(
      "SELECT count(*) FROM members WHERE selection = ? GROUP BY class ORDER BY class",
      [.text(name)]
    ).rows.compactMap { $0[0].int }
  }

  @Test func adaptiveTakesTheLargestGainsWithinLimits() throws {
    var stage = Select(selection: "a", ipc: 4)
    stage.allocation = .adaptive
    (stage.least, stage.most) = (1, 8)
    // The fixture's classes are alike; so they are not.
    stage.condition = "class = 0 OR confidence < 0.5"
    let report = try run(stage)
    #expect(report.members == 8 && !report.nested)
    let picks = try pool.query(
      "SELECT class, gain FROM picks WHERE ranking = ? ORDER BY class, rank",
      [.integer(report.ranking)]
    ).rows
    let gains = (0..<2).map { label in
      picks.filter { $0[0].int == label }.compactMap { $0[1].double }
    }
    // Of all divisions of the same ranking, none is worth more.
    let worths = (1...7).map { first in
      gains[0].prefix(first).reduce(0, +) + gains[1].prefix(8 - first).reduce(0, +)
    }
    let taken = try counts("a")
    #expect(taken.reduce(0, +) == 8 && taken.allSatisfy { $0 >= 1 })
    #expect(abs(worths[taken[0] - 1] - (worths.max() ?? 0)) < 1e-6)
    // An IPC within it is a cut of the same ranking.
    var uniform = Select(selection: "u", ipc: 5)
    uniform.condition = stage.condition
    #expect(try run(uniform).reused)
    uniform.selection = "a"
    #expect(#expect(throws: PoolError.self) { try run(uniform) }?.code == .usage)
  }

  @Test func equalLimitsAreUniform() throws {
    var stage = Select(selection: "a", ipc: 4)
    stage.allocation = .adaptive
    (stage.least, stage.most) = (4, 4)
    _ = try run(stage)
    #expect(try counts("a") == [4, 4])
  }

  @Test func whatCannotBeAllocatedIsUsage() throws {
    var stage = Select(selection: "a", ipc: 4)
    stage.allocation = .adaptive
    (stage.least, stage.most) = (5, 8)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.least, stage.most) = (1, 8)
    // Neither without gains nor by rankings that cannot be cut.
    for strategy in ["random", "k-means", "gist"] {
      stage.strategy = strategy
      #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    }
  }

  /// Where later picks have higher gains, or the first has none, no allocation can go by them.
  @Test func gainsThatRiseAreUsage() throws {
    var stage = Select(selection: "a", ipc: 4)
    (stage.allocation, stage.strategy, stage.parameters) = (.adaptive, "entropy", ["most": 0])
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.strategy, stage.parameters, stage.least) = ("k-center", [:], 0)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    stage.least = 1
    #expect(try run(stage).members == 8)
    #expect(try !EstimateSelection(stage).run(pool).nested)
  }

  @Test func limitsThatCannotBeAreUsage() throws {
    var stage = Select(selection: "a", ipc: 4)
    stage.allocation = .adaptive
    (stage.least, stage.most) = (nil, -3)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.least, stage.most) = (-1, 8)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.ipc, stage.least, stage.most) = (5_000_000_000_000_000_000, nil, nil)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.ipc, stage.least, stage.most) = (4_000_000_000_000_000_000, 1, 5)
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
  }

  @Test func budgetAwareRankingsAreOfTheirIPCAlone() throws {
    var stage = Select(selection: "a", ipc: 3)
    stage.budgetAware = true
    let report = try run(stage)
    #expect(!report.nested)
    let parameters = try Explain("a").run(pool).parameters
    #expect(parameters["alpha"] == 0.1 && abs((parameters["target"] ?? 0) - 0.6431364) < 1e-7)
    (stage.selection, stage.ipc) = ("b", 4)
    #expect(try !run(stage).reused)
    stage.parameters = ["beta": 0.5]
    stage.selection = "c"
    #expect(try !run(stage).reused)
    stage.parameters = ["alpha": 0.5]
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
    (stage.strategy, stage.parameters) = ("dpp", [:])
    #expect(#expect(throws: PoolError.self) { try run(stage) }?.code == .usage)
  }

  @Test(arguments: [(1, 0.5), (10, 0.8), (50, 0.8), (500, 0.8)])
  func targetRisesWithTheBudget(_ ipc: Int, _ target: Double) {
    #expect(abs((PSR.weights(picks: ipc)["target"] ?? 0) - target) < 1e-12)
  }

  @Test func rankingsThatAreNotNestedAreNotCut() throws {
    var stage = Select(selection: "large", ipc: 8)
    stage.strategy = "k-means"
    _ = try run(stage)
    (stage.selection, stage.ipc) = ("small", 3)
    let small = try run(stage)
    #expect(!small.reused && !small.nested)
    let fresh = try PoolFixture()
    _ = try stage.run(Context(pool: fresh.pool, report: { _ in }, isCancelled: { false }))
    let query = "SELECT id FROM members WHERE selection = 'small' ORDER BY class, rank"
    #expect(try pool.query(query).rows == fresh.pool.query(query).rows)
  }

  @Test func anAdaptiveClassGetsHalfToTwiceTheIPCUnlessSaidOtherwise() {
    var stage = Select(selection: "a", ipc: 5)
    stage.allocation = .adaptive
    #expect(stage.limits == (2, 10))
    stage.ipc = 1
    #expect(stage.limits == (1, 2))
    (stage.least, stage.most) = (0, 4)
    #expect(stage.limits == (0, 4))
  }

  @Test func limitsBeyondAnyClassAreRefused() {
    var stage = Select(selection: "a", ipc: 1)
    stage.allocation = .adaptive
    (stage.least, stage.most) = (.max, .max)
    #expect(throws: PoolError.self) { try run(stage) }
  }

  @Test func memoryDoesNotMatter() throws {
    _ = try run(Select(selection: "a", ipc: 6))
    let fresh = try PoolFixture()
    var stage = Select(selection: "a", ipc: 6)
    // A class alone takes 2·(24 + 30)·6·4 + 24·6·4 bytes, and 24·30·4 of similarities.
    stage.memory = 6048
    let context = Context(pool: fresh.pool, report: { _ in }, isCancelled: { false })
    #expect(try EstimateSelection(stage).run(fresh.pool).classesAtATime == 1)
    _ = try stage.run(context)
    let query = "SELECT id, gain FROM members WHERE selection = 'a' ORDER BY class, rank"
    #expect(try pool.query(query).rows == fresh.pool.query(query).rows)
    stage.memory = 100
    stage.selection = "b"
    stage.seed = 9
    let error = #expect(throws: PoolError.self) { try stage.run(context) }
    #expect(error?.code == .usage && error?.remedy.contains("--memory") == true)
  }

  @Test func dryRunTellsAndLeavesThePoolAlone() throws {
    let head = pool.head.sequence
    let stage = Select(selection: "", ipc: 5)
    let before = try EstimateSelection(stage).run(pool)
    #expect(!before.stored && before.classes == 2 && before.candidates == 48)
    #expect(before.targets == 60 && before.dimensions == PoolFixture.dimensions)
    #expect(before.memoryBytes > 0 && before.seconds > 0)
    #expect(pool.head.sequence == head)
    _ = try run(Select(selection: "five", ipc: 5))
    let after = try EstimateSelection(stage).run(pool)
    #expect(after.stored && after.memoryBytes == 0 && after.seconds == 0)
  }
}

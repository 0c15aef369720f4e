import Engine
import Store
import Testing

@testable import Stages

struct RefineTests {
  @Test func aNameStandsForOneWayOfRefining() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    let context = RealPool.context(pool)
    var generate = Generate(perClass: 1)
    generate.steps = 1
    _ = try generate.run(context)
    var select = Select(selection: "one", ipc: 1)
    select.strategy = "first"
    _ = try select.run(context)
    var refine = Refine(refinement: "fine", selection: "one")
    (refine.settings.steps, refine.settings.width) = (1, 8)
    #expect(try refine.run(context).refined == 3)
    #expect(try refine.run(context).refined == 0)

    let changes: [(inout Refine) -> Void] = [
      { $0.seed = 1 }, { $0.flips = false }, { $0.settings.steps = 2 },
      { $0.settings.rate *= 2 }, { $0.settings.proximity += 1 }, { $0.settings.prior += 1 },
      { $0.settings.radius += 1 }, { $0.settings.width = 9 }, { $0.settings.networks = 2 },
    ]
    for change in changes {
      var other = refine
      change(&other)
      #expect(RealPool.code { _ = try other.run(context) } == .usage)
    }
    for role in Role.allCases {
      try files.importModel(role, RealPool.untrained(role, seed: 9), into: pool)
      #expect(RealPool.code { _ = try refine.run(context) } == .usage)
      let seed: UInt64 = role == .judge ? 1 : 0
      try files.importModel(role, RealPool.untrained(role, seed: seed), into: pool)
    }
    #expect(try refine.run(context).refined == 0)
    let refined = try pool.query("SELECT count(*) FROM versions WHERE version > 0")
    #expect(refined.rows == [[3]])
  }
}

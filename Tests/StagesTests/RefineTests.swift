import Engine
import Store
import Testing

@testable import Stages

struct RefineTests {
  private func recorded(_ settings: [String: Double]) -> Refiner.Settings {
    Refine(
      of: RefineContent(
        refinement: "fine", selection: "one", class: 0, seed: 0, teacher: "", judge: "", prior: "",
        autoencoder: "", settings: settings, verdicts: [], columns: [])
    ).settings
  }

  /// What an entry leaves out is as it was before it could be said, whatever the default is now.
  @Test func settingsOfBeforeTheyCouldBeSaid() {
    let old = recorded(["steps": 600, "width": 128])
    #expect((old.networks, old.real, old.width) == (1, 500, 128))
    let new = recorded(["networks": 8, "real": 2000, "width": 64])
    #expect((new.networks, new.real, new.width) == (8, 2000, 64))
  }

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
      { $0.settings.real = 20 },
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

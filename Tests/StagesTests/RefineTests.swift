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
    #expect((old.networks, old.real, old.width, old.check) == (1, 500, 128, 0))
    let new = recorded(["networks": 8, "real": 2000, "width": 64, "check": 20])
    #expect((new.networks, new.real, new.width, new.check) == (8, 2000, 64, 20))
  }

  @Test func aStoppedRefinementGoesOnBesideThePool() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    var generate = Generate(perClass: 1)
    generate.steps = 1
    _ = try generate.run(RealPool.context(pool))
    var select = Select(selection: "one", ipc: 1)
    select.strategy = "first"
    _ = try select.run(RealPool.context(pool))
    var refine = Refine(refinement: "fine", selection: "one")
    (refine.settings.steps, refine.settings.width) = (6, 8)
    #expect(try files.stoppedAndResumed(pool) { try refine.run($0).refined } == 3)
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
      { $0.seed = 1 }, { $0.settings.steps = 2 },
      { $0.settings.rate *= 2 }, { $0.settings.proximity += 1 }, { $0.settings.prior += 1 },
      { $0.settings.radius += 1 }, { $0.settings.width = 9 }, { $0.settings.networks = 2 },
      { $0.settings.real = 20 }, { $0.settings.check = 5 },
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

  /// Selections do not come with a merge, so what was refined elsewhere is older than the selection.
  @Test func refinementsOfAMergedPoolGoOn() throws {
    let (files, others) = (try RealPool(), try RealPool())
    let (pool, other) = (try files.modelled(), try others.modelled())
    func select(_ ipc: Int, in pool: Pool) throws {
      var select = Select(selection: "one", ipc: ipc)
      select.strategy = "first"
      _ = try select.run(RealPool.context(pool))
    }
    var refine = Refine(refinement: "fine", selection: "one")
    (refine.settings.steps, refine.settings.width) = (1, 8)
    var generate = Generate(perClass: 2)
    generate.steps = 1
    _ = try generate.run(RealPool.context(other))
    try select(1, in: other)
    #expect(try refine.run(RealPool.context(other)).refined == 3)

    _ = try pool.merge(others.path)
    let context = RealPool.context(pool)
    let merged = "SELECT id FROM versions WHERE version = 1 ORDER BY entry"
    let versions = try pool.query(merged).rows.compactMap { $0[0].string }
    #expect(versions.count == 3)
    #expect(RealPool.code { _ = try Reproduce(versions[0]).run(context) } == .notFound)
    try select(2, in: pool)
    #expect(RealPool.code { _ = try Reproduce(versions[0]).run(context) } == .notFound)
    #expect(try refine.run(context).refined == 3)
    #expect(try refine.run(context).refined == 0)
    #expect(try pool.query(merged).rows.count == 6)
    let newest = try #require(try pool.query(merged).rows.last?[0].string)
    #expect(try Reproduce(newest).run(context).reproduced)
  }

  private func refine(_ pool: Pool, seed: UInt64 = 0) throws -> Refine.Report {
    var refine = Refine(refinement: "fine", selection: "one")
    (refine.settings.steps, refine.settings.width, refine.seed) = (1, 8, seed)
    return try refine.run(RealPool.context(pool))
  }

  /// The first candidates of these classes, as the selection "one".
  private func first(_ classes: String, in pool: Pool) throws {
    var generate = Generate(perClass: 1)
    generate.steps = 1
    _ = try generate.run(RealPool.context(pool))
    var select = Select(selection: "one", ipc: 1)
    (select.strategy, select.condition) = ("first", classes)
    _ = try select.run(RealPool.context(pool))
  }

  /// Also where a selection of that name was there before the merge.
  @Test func whatAMergeBringsIsNotThisPools() throws {
    let (files, others) = (try RealPool(), try RealPool())
    let (pool, other) = (try files.modelled(), try others.modelled())
    try first("1", in: pool)
    try first("class < 2", in: other)
    #expect(try refine(other).refined == 2)
    _ = try pool.merge(others.path)
    let versions = try pool.query("SELECT id FROM versions WHERE version = 1 ORDER BY entry")
    let merged = try #require(versions.rows.first?[0].string)
    let context = RealPool.context(pool)
    #expect(RealPool.code { _ = try Reproduce(merged).run(context) } == .notFound)
    #expect(try refine(pool).refined == 1)
    let own = try pool.query("SELECT id FROM versions WHERE version = 1 ORDER BY entry DESC")
    #expect(try Reproduce(#require(own.rows.first?[0].string)).run(context).reproduced)
    #expect(RealPool.code { _ = try Reproduce(merged).run(context) } == .notFound)
  }

  /// What has other bytes than its lineage makes.
  @Test func whatIsNotMadeAgainIsSaid() throws {
    let (files, others) = (try RealPool(), try RealPool())
    let (pool, other) = (try files.modelled(), try others.modelled())
    var generate = Generate(perClass: 1)
    generate.steps = 1
    _ = try generate.run(RealPool.context(other))
    let entry = try #require(try other.entries(.generate).first)
    let tensors = try entry.tensors.enumerated().map { number, tensor in
      tensor.name == "image"
        ? TensorDraft(
          "image", class: tensor.class, shape: tensor.shape,
          u8: try other.bytes(entry.sequence, number).map { 255 - $0 })
        : TensorDraft(
          tensor.name, class: tensor.class, shape: tensor.shape,
          f16: try other.floats(entry.sequence, number))
    }
    try pool.append(Draft(entry.content, tensors: tensors))
    let id = try #require(try pool.query("SELECT id FROM versions").rows.first?[0].string)
    let report = try Reproduce(id).run(RealPool.context(pool))
    #expect(!report.reproduced)
    #expect(report.tensors.map { $0.made == $0.recorded } == [true, false])
    #expect(try Reproduce(id).run(RealPool.context(other)).reproduced)
  }

  /// Also where this pool's own entries of the name come first.
  @Test func whatAMergeBringsOfOtherSettingsIsNotTaken() throws {
    let (files, others) = (try RealPool(), try RealPool())
    let (pool, other) = (try files.modelled(), try others.modelled())
    try first("class = 0", in: pool)
    try first("class > 0", in: other)
    #expect(try refine(pool).refined == 1)
    #expect(try refine(other, seed: 1).refined == 2)
    _ = try pool.merge(others.path)
    #expect(RealPool.code { _ = try refine(pool) } == .usage)
  }

  @Test func whatWasRefusedAndDroppedIsNotRefinedAgain() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    try first("1", in: pool)
    #expect(try refine(pool).refined == 3)
    let refused = try pool.query("SELECT id FROM versions WHERE version > 0 AND accepted = 0").rows
      .compactMap { $0[0].string }
    // Untrained networks see no class.
    #expect(!refused.isEmpty)
    try pool.drop(refused, reason: "refused")
    let head = pool.head
    #expect(try refine(pool).refined == 0)
    #expect(pool.head == head)
  }

  @Test func latentsOfAnotherAutoencoderAreRefused() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    try first("1", in: pool)
    try files.importModel(.autoencoder, RealPool.untrained(.autoencoder, seed: 9), into: pool)
    let error = #expect(throws: PoolError.self) { try refine(pool) }
    #expect(error?.code == .usage && error?.message.contains("autoencoder") == true)
  }
}

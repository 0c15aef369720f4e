import Store
import Testing

@testable import Engine
@testable import Stages

@Suite struct MergePoolsTests {
  /// The newest counts, so that a teacher that comes along decides from then on.
  @Test func modelsThatCountFromThenOnAreTold() throws {
    let (files, others) = (try RealPool(), try RealPool())
    let (pool, other) = (try files.modelled(), try others.modelled())
    let before = try Models.newest(in: pool)
    let context = RealPool.context(pool)
    #expect(try MergePools([others.path]).run(context).replacedModels.isEmpty)
    try others.importModel(.teacher, RealPool.untrained(.teacher, seed: 9), into: other)
    let report = try MergePools([others.path]).run(context)
    #expect(report.replacedModels == before.filter { $0.key == "teacher" })
    #expect(report.fingerprint == pool.head.digest)
    #expect(report.shards.map(\.taken) == [1])
  }
}

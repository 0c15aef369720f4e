import Foundation
import Stages
import Store
import Testing

@Suite struct InfoTests {
  @Test func aSparseFileIsExplained() throws {
    let fixture = try PoolFixture()
    #expect(try Info().run(fixture.pool).sparse == nil)
    #expect(truncate(fixture.pool.path + "/data.mdb", 1 << 30) == 0)
    let report = try Info().run(fixture.pool)
    #expect(report.bytes == 1 << 30 && report.allocatedBytes < 1 << 29)
    #expect(report.sparse?.contains("no room") == true)
    #expect(try fixture.pool.verify(deep: true) == [])
  }
}

import Store
import Testing

@testable import Stages

struct ContextTests {
  @Test func reportsStepsUntilAskedToStop() throws {
    let files = try RealPool()
    var updates: [ProgressUpdate] = []
    let context = Context(
      pool: try files.pool(), report: { updates.append($0) }, isCancelled: { updates.count == 2 })
    context.begin("knit")
    try context.step(0, of: 3)
    try context.step(1, of: 3, note: "sleeve")
    #expect(throws: Interrupted()) { try context.step(2, of: 3) }
    #expect(
      updates == [
        ProgressUpdate(stage: "knit", done: 0, total: 3, note: ""),
        ProgressUpdate(stage: "knit", done: 1, total: 3, note: "sleeve"),
      ])
  }
}

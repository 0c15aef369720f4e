import Engine
import Foundation
import Store
import Testing

@testable import Stages

@Suite struct SoftLabelsTests {
  private func labels(keeping count: Int) throws -> SoftLabels {
    let files = try RealPool()
    for name in RealPool.classes {
      for place in count..<RealPool.trainCount {
        try FileManager.default.removeItem(atPath: "\(files.dataset)/train/\(name)/\(place).png")
      }
    }
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    let architecture = ClassifierArchitecture(
      .convnet, depth: 3, width: 4, image: [28, 28, 1], classes: RealPool.classes.count)
    return try SoftLabels(Classifier(architecture, seed: 0), in: pool)
  }

  @Test func oneImageOfEachClassLeavesNoneToCheck() throws {
    #expect(RealPool.code { _ = try labels(keeping: 1) } == .usage)
    let two = try labels(keeping: 2)
    #expect(two.steering.images.count == 3 && two.held.images.count == 3)
  }
}

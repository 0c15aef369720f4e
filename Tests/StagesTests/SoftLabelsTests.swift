import Engine
import Foundation
import Store
import Testing

@testable import Stages

@Suite struct SoftLabelsTests {
  private let teacher = Classifier(
    ClassifierArchitecture(
      .convnet, depth: 3, width: 4, image: [28, 28, 1], classes: RealPool.classes.count), seed: 0)

  private func labels(keeping count: Int) throws -> SoftLabels {
    let files = try RealPool()
    for name in RealPool.classes {
      for place in count..<RealPool.trainCount {
        try FileManager.default.removeItem(atPath: "\(files.dataset)/train/\(name)/\(place).png")
      }
    }
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    return try SoftLabels(teacher, perClass: 500, in: pool)
  }

  @Test func oneImageOfEachClassLeavesNoneToCheck() throws {
    #expect(RealPool.code { _ = try labels(keeping: 1) } == .usage)
    let two = try labels(keeping: 2)
    #expect(two.steering.images.count == 3 && two.held.images.count == 3)
  }

  @Test func whatChecksDoesNotSteer() throws {
    let labels = try labels(keeping: 6)
    func bytes(_ rows: Range<Int>) throws -> [UInt8] {
      try (0..<3).flatMap { try RealPool.images($0, rows) }
    }
    #expect(try labels.steering.images.bytes == bytes(0..<5))
    #expect(try labels.held.images.bytes == bytes(5..<6))
    #expect(labels.steering.images.labels == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    #expect(labels.held.images.labels == [0, 1, 2])
  }

  @Test func targetsAreTheTeachersProbabilities() throws {
    let labels = try labels(keeping: 6)
    for (images, targets) in [labels.steering, labels.held] {
      let seen = images.batch(Array(0..<images.count), .standard)
      let logits = teacher.forward(seen, .inference).logits
      for row in 0..<images.count {
        let powers = logits.rows(row..<row + 1).values.map { exp(Double($0)) }
        let sum = powers.reduce(0, +)
        for (target, power) in zip(targets.rows(row..<row + 1).values, powers) {
          #expect(abs(Double(target) - power / sum) < 1e-5)
        }
      }
    }
  }
}

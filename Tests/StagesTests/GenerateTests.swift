import Foundation
import Store
import Testing

@testable import Stages

struct GenerateTests {
  private let content = GenerateContent(
    generation: "base", plan: "", class: 0, first: 0, seed: 7, prior: "p", autoencoder: "a",
    sampler: "ddim", steps: 4, guidance: 1.5)

  /// Ids of candidates hold it. In Python:
  /// `hashlib.sha256(b"7\np\na\nddim\n4\n1.5").hexdigest()[:8]`.
  @Test func aPlanIsTheSameForEver() {
    #expect(Generate.plan(of: content) == "f17e6df6")
    var other = content
    (other.generation, other.class, other.first) = ("more", 2, 64)
    #expect(Generate.plan(of: other) == "f17e6df6")
  }

  @Test func aPlanIsOfAllThatDeterminesCandidates() {
    let changes: [(inout GenerateContent) -> Void] = [
      { _ in }, { $0.seed = 8 }, { $0.prior = "q" }, { $0.autoencoder = "b" },
      { $0.sampler = "dpm-solver" }, { $0.steps = 5 }, { $0.guidance = 1.25 },
    ]
    let plans = changes.map { change in
      var other = content
      change(&other)
      return Generate.plan(of: other)
    }
    #expect(Set(plans).count == changes.count)
  }

  /// Blocks are of 64. Known are 0, 1, 4 and 5 of class 0, as two of four shards leave them, and of
  /// class 1 all but ten candidates.
  @Test func whatLacksIsCutIntoBlocks() {
    let stage = Generate(perClass: 500)
    var lacking = [IndexSet(integersIn: 0..<500), IndexSet(integersIn: 60..<70)]
    lacking[0].remove(integersIn: 0..<128)
    lacking[0].remove(integersIn: 256..<384)
    func ranges(_ index: Int, _ count: Int) -> [[Range<Int>]] {
      let pieces = stage.pieces(lacking, part: (index, count))
      return [0, 1].map { label in pieces.filter { $0.label == label }.map(\.range) }
    }
    #expect(
      ranges(0, 1) == [[128..<192, 192..<256, 384..<448, 448..<500], [60..<64, 64..<70]])
    // The blocks of class 1 are numbers 8 to 15.
    #expect(ranges(0, 4) == [[], [60..<64]])
    #expect(ranges(1, 4) == [[], [64..<70]])
    #expect(ranges(2, 4) == [[128..<192, 384..<448], []])
    #expect(ranges(3, 4) == [[192..<256, 448..<500], []])
  }
}

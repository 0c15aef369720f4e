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
}

import Store
import Testing

@testable import Engine
@testable import Stages

struct ScorerTests {
  /// By hand: the mean of the views is (.55, .35, .1).
  @Test func numbersOfTwoViews() {
    let network = Classifier(
      ClassifierArchitecture(.mlp, depth: 2, width: 4, image: [16, 16, 1], classes: 3), seed: 0)
    let scorer = Scorer(
      teacher: network, judge: nil, views: [], scaling: ImageScaling(mean: [0], sd: [1]))
    #expect(
      scorer.columns
        == ["correct", "confidence", "reliability", "entropy", "margin", "agreement"])
    let views: [[Float]] = [[0.7, 0.2, 0.1], [0.4, 0.5, 0.1]]
    let first = scorer.numbers(views: views, label: 0)
    for (value, expected) in zip(first, [1, 0.55, -0.6364828, 0.9265066, 0.2, 0.5]) {
      #expect(abs(Double(value) - expected) < 1e-6)
    }
    // ln(.2·.5)/2 = -1.1512925
    let second = scorer.numbers(views: views, label: 1)
    for (value, expected) in zip(second, [0, 0.35, -1.1512925, 0.9265066, -0.2, 0.5]) {
      #expect(abs(Double(value) - expected) < 1e-6)
    }
  }

  /// What is stored has to be a number in half precision, too.
  @Test(arguments: [Float.nan, .infinity, 70_000]) func whatIsNoNumberIsRefused(_ value: Float)
    throws
  {
    let outputs = Tensor([0, value], shape: [1, 2])
    #expect(throws: PoolError.self) { try requireFinite(outputs, of: .teacher, isHalf: true) }
    if value.isFinite { try requireFinite(outputs, of: .teacher) }
    try requireFinite(Tensor([0, 65_504], shape: [1, 2]), of: .judge, isHalf: true)
  }
}

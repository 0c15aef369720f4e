import Testing

@testable import Engine

struct OutcomeTests {
  private func verdict(
    setBefore: Float = 1, set: Float = 0.9, residual: Float = 1, limit: Float = 2,
    keepsClass: Bool = true, judge: Float = 0.1, isFinite: Bool = true
  ) -> Outcome.Verdict {
    func opinion(_ judge: Float, _ keepsClass: Bool) -> Critics.Opinion {
      Critics.Opinion(
        judgeLoss: judge, teacherLoss: 0.1, highFrequency: 0, keepsClass: keepsClass)
    }
    var outcome = Outcome(before: opinion(0.1, true), after: opinion(judge, keepsClass))
    (outcome.setLossBefore, outcome.setLossAfter) = (setBefore, set)
    (outcome.residualBefore, outcome.residualAfter) = (0.5, residual)
    outcome.decide(limit: limit, isFinite: isFinite)
    return outcome.verdict
  }

  @Test func verdicts() {
    #expect(verdict() == .accepted)
    #expect(verdict(set: 1) == .students)
    #expect(verdict(set: .nan) == .nan)
    #expect(verdict(setBefore: .nan) == .nan)
    #expect(verdict(keepsClass: false) == .label)
    #expect(verdict(residual: 2.1) == .prior)
    // A candidate that was stranger than real images before may stay so, but not get stranger.
    #expect(verdict(residual: 0.5, limit: 0.1) == .accepted)
    #expect(verdict(residual: 0.6, limit: 0.1) == .prior)
    #expect(verdict(judge: .nan) == .nan)
    #expect(verdict(isFinite: false) == .nan)
  }

  /// One in twenty passes: of the class, or of all where it has fewer.
  @Test func limitsAreOfTheirClass() {
    var random = Philox(seed: 1, .test)
    let order = random.permutation(40)
    let residuals = order.map { Float($0 < 20 ? $0 + 1 : 100 * ($0 - 19)) }
    let labels = order.map { $0 < 20 ? 2 : 0 }
    #expect(Refiner.limits(residuals, labels: labels, classes: 3) == [1900, 1800, 19])
    #expect(Refiner.limits([7], labels: [1], classes: 2) == [7, 7])
  }
}

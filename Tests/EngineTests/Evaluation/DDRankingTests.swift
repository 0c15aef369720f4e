import Foundation
import Testing

@testable import Engine

@Suite struct DDRankingTests {
  @Test func scoresSpanZeroToOne() {
    let best = DDRanking(real: 0, hard: 1, distilled: 1, random: 0)
    let worst = DDRanking(real: 1, hard: 0, distilled: 0, random: 1)
    #expect(abs(best.labelRobustScore() - 1) < 1e-12)
    #expect(abs(worst.labelRobustScore()) < 1e-12)
    #expect(abs(DDRanking.augmentationRobustScore(withAugmentation: 1, without: 1) - 1) < 1e-12)
  }

  @Test func formulaByHand() {
    let score = DDRanking(real: 0.93, hard: 0.6, distilled: 0.8, random: 0.7)
    #expect(abs(score.hardLabelRecovery - 0.33) < 1e-12)
    #expect(abs(score.improvementOverRandom - 0.1) < 1e-12)
    // α = (0.1 − 0.33)/2 = −0.115
    let expected = (0.891366143926798 - 0.367879441171442) / 2.350402387287603
    #expect(abs(score.labelRobustScore() - expected) < 1e-9)
    #expect(
      abs(score.labelRobustScore(weight: 1) - (exp(0.1) - exp(-1)) / 2.350402387287603) < 1e-9)
  }
}

import Foundation

/// The label-robust and augmentation-robust scores of DD-Ranking, of accuracies in [0, 1].
///
/// The published implementation passes percentages to the exponential, so that its scores are not
/// in the documented [0, 1]; these are. Source: DD-Ranking, arXiv 2505.13300.
public struct DDRanking: Sendable, Equatable {
  /// What is lost against training on all real images with hard labels: real − distilled.
  public let hardLabelRecovery: Double
  /// What is won over random real images under the same labels: distilled − random.
  public let improvementOverRandom: Double

  /// - Parameters:
  ///   - real: accuracy with the whole real training set and hard labels.
  ///   - hard: accuracy with the distilled set and hard labels.
  ///   - distilled: accuracy with the distilled set under the labels and settings it was made for.
  ///   - random: accuracy with as many random real images under the same settings.
  public init(real: Double, hard: Double, distilled: Double, random: Double) {
    for accuracy in [real, hard, distilled, random] {
      precondition((0...1).contains(accuracy), "accuracy \(accuracy) is no fraction")
    }
    hardLabelRecovery = real - hard
    improvementOverRandom = distilled - random
  }

  /// The label-robust score: (e^α − e⁻¹)/(e − e⁻¹), α = w·IOR − (1 − w)·HLR.
  public func labelRobustScore(weight: Double = 0.5) -> Double {
    DDRanking.score(weight * improvementOverRandom - (1 - weight) * hardLabelRecovery)
  }

  /// The augmentation-robust score: the same of β = γ·(gain with augmentation) + (1 − γ)·(gain
  /// without), each gain being distilled − random.
  public static func augmentationRobustScore(
    withAugmentation: Double, without: Double, weight: Double = 0.5
  ) -> Double {
    score(weight * withAugmentation + (1 - weight) * without)
  }

  private static func score(_ alpha: Double) -> Double {
    (exp(alpha) - exp(-1)) / (exp(1) - exp(-1))
  }
}

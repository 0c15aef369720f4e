/// What refining did to one member, and whether it is accepted.
public struct Outcome: Sendable {
  public enum Verdict: String, Sendable {
    case accepted
    /// Students learn no better from the whole set.
    case students
    /// The teacher's or judge's argmax is not the class, whether or not it was before.
    case label
    /// The prior's residual rose too far past that of real images.
    case prior
    /// A number was not finite, or the set's loss could not be computed.
    case nan
  }

  public var verdict = Verdict.accepted
  /// `RidgeRegression`'s loss of the whole set as it is kept, with refused members as they were, on
  /// held-out training images and with unseen networks.
  public var setLossBefore: Float = 0
  public var setLossAfter: Float = 0
  /// Cross-entropy of the class.
  public var judgeLossBefore, judgeLossAfter: Float
  public var teacherLossBefore, teacherLossAfter: Float
  public var residualBefore: Float = 0
  public var residualAfter: Float = 0
  /// ‖z − z₀‖/√d.
  public var distance: Float = 0
  /// How much of the image is fine pattern (`highFrequency`).
  public var highFrequencyBefore, highFrequencyAfter: Float
  /// Whether the teacher and the judge both see the class afterwards.
  var keepsClass: Bool

  /// Without what is not seen in images: distance, residuals, the set's loss.
  init(before: Critics.Opinion, after: Critics.Opinion) {
    (judgeLossBefore, judgeLossAfter) = (before.judgeLoss, after.judgeLoss)
    (teacherLossBefore, teacherLossAfter) = (before.teacherLoss, after.teacherLoss)
    (highFrequencyBefore, highFrequencyAfter) = (before.highFrequency, after.highFrequency)
    keepsClass = after.keepsClass
  }

  /// Whether the residual passes neither `limit` nor what it was before.
  func keepsPrior(limit: Float) -> Bool { residualAfter <= max(limit, residualBefore) }

  /// Sets the verdict.
  /// - Parameters:
  ///   - limit: the residual that it must not pass, unless it was past it before.
  ///   - isFinite: whether the latent is.
  mutating func decide(limit: Float, isFinite: Bool) {
    let numbers = [judgeLossAfter, teacherLossAfter, residualAfter]
    if !isFinite || !numbers.allSatisfy(\.isFinite) || setLossBefore.isNaN || setLossAfter.isNaN {
      verdict = .nan
    } else if !(setLossAfter < setLossBefore) {
      verdict = .students
    } else if !keepsClass {
      verdict = .label
    } else if !keepsPrior(limit: limit) {
      verdict = .prior
    } else {
      verdict = .accepted
    }
  }
}

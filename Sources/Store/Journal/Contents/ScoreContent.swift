/// `score`: what a teacher (and a judge) say of the rows of one entry and class.
///
/// Tensors, with `class` set: `logits` f16 [n, views, K], `features` f16 [n, D] (unit length),
/// `scores` f32 [n, columns]. Row r belongs to row r of the target's tensors of that class;
/// there may be fewer rows than the target has.
public struct ScoreContent: Codable, Equatable, Sendable {
  /// The scoring's name, e.g. "base".
  public var scoring: String
  /// The generate, refine or dataset entry whose rows are scored.
  public var target: Int64
  public var `class`: Int
  public var teacher: String
  public var judge: String?
  public var views: Int
  public var seed: UInt64
  /// False where no view is mirrored; nil for true, as in entries of before it was there.
  public var flips: Bool?
  /// Names of the columns of `scores`, out of `allColumns`.
  public var columns: [String]

  /// The score columns of the index, in its order.
  public static let allColumns = [
    "correct", "confidence", "reliability", "entropy", "margin", "agreement", "judge_correct",
    "judge_confidence",
  ]

  public init(
    scoring: String, target: Int64, `class`: Int, teacher: String, judge: String? = nil, views: Int,
    seed: UInt64, flips: Bool? = nil, columns: [String]
  ) {
    self.scoring = scoring
    self.target = target
    self.class = `class`
    self.teacher = teacher
    self.judge = judge
    self.views = views
    self.seed = seed
    self.flips = flips
    self.columns = columns
  }

  /// Whether the same networks said it of the same views.
  func isMade(like other: ScoreContent) -> Bool {
    (teacher, judge, views, seed, flips ?? true)
      == (other.teacher, other.judge, other.views, other.seed, other.flips ?? true)
  }
}

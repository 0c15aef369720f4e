/// `refine`: new versions of one class's candidates.
///
/// Tensors, with `class` set: `parents` i64 [n, 2] (entry, row of the version refined), `latent`
/// f16, `image` u8 as in generate, `outcomes` f32 [n, columns].
public struct RefineContent: Codable, Equatable, Sendable {
  public var refinement: String
  public var selection: String
  public var `class`: Int
  public var seed: UInt64
  public var teacher: String
  public var judge: String
  public var prior: String
  public var autoencoder: String
  /// See `allSettings`.
  public var settings: [String: Double]
  /// For each row: "accepted", or the reason it was not ("students", "label", "prior", "nan").
  public var verdicts: [String]
  /// Names of the columns of `outcomes`, out of `allColumns`.
  public var columns: [String]

  /// The outcome columns of the index, in its order.
  public static let allColumns = [
    "set_loss_before", "set_loss_after", "judge_loss_before", "judge_loss_after",
    "teacher_loss_before", "teacher_loss_after", "residual_before", "residual_after", "distance",
    "high_frequency_before", "high_frequency_after",
  ]

  /// All settings: one that is left out is what there was before it could be chosen.
  public var allSettings: [String: Double] {
    ["networks": 1, "real": 500, "check": 0, "factor": 1].merging(settings) { $1 }
  }

  public init(
    refinement: String, selection: String, `class`: Int, seed: UInt64, teacher: String,
    judge: String, prior: String, autoencoder: String, settings: [String: Double],
    verdicts: [String], columns: [String]
  ) {
    self.refinement = refinement
    self.selection = selection
    self.class = `class`
    self.seed = seed
    self.teacher = teacher
    self.judge = judge
    self.prior = prior
    self.autoencoder = autoencoder
    self.settings = settings
    self.verdicts = verdicts
    self.columns = columns
  }
}

/// `evaluate`: one student trained from scratch.
///
/// Tensor: `soft_labels` f16 [views, n, K], the teacher's logits that a soft student learned, in
/// the entry of the first such student of a run; hard students and imported results have none.
public struct EvaluateContent: Codable, Equatable, Sendable {
  public var selection: String
  public var protocolName: String
  public var student: String
  public var settings: [String: String]
  public var seed: UInt64
  public var epochs: Int
  /// On the test split after the final epoch, in 0...1.
  public var accuracy: Double
  public var classAccuracy: [Double]
  /// SHA-256, hex: of the digests of the test split's images by class, a newline between; and of the
  /// training images' bytes as they are held, by class and rank.
  public var test: String
  public var train: String
  public var seconds: Double

  public init(
    selection: String, protocolName: String, student: String, settings: [String: String],
    seed: UInt64, epochs: Int, accuracy: Double, classAccuracy: [Double], test: String,
    train: String, seconds: Double
  ) {
    self.selection = selection
    self.protocolName = protocolName
    self.student = student
    self.settings = settings
    self.seed = seed
    self.epochs = epochs
    self.accuracy = accuracy
    self.classAccuracy = classAccuracy
    self.test = test
    self.train = train
    self.seconds = seconds
  }

  enum CodingKeys: String, CodingKey {
    case selection, student, settings, seed, epochs, accuracy, test, train, seconds
    case protocolName = "protocol"
    case classAccuracy = "class_accuracy"
  }
}

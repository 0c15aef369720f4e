import Engine
import Store

/// Trains students from scratch on a selection and tests them after the final epoch. No other stage
/// reads the test split, save `Quality`, which measures the teacher and the judge on it.
public struct Evaluate: Decodable, Equatable, Sendable {
  public var selection: String
  /// "hard": one-hot labels, the field's protocol; "soft": the teacher's stored outputs.
  public var protocolName = "hard"
  /// An architecture by name.
  public var student = "convnet3"
  /// How many students, of seeds 0, 1, 2 …
  public var seeds = 3
  /// By default 1000; of the soft protocol with "views" 300.
  public var epochs: Int?
  /// hard: "dsa", the default, or "none"; soft: "views", that is flips and shifts, the default, or
  /// "cutmix".
  public var augment: String?
  /// Views of each image whose labels soft students learn: by default 8, with "cutmix" 256.
  public var views: Int?

  public init(selection: String) { self.selection = selection }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case selection, student, seeds, epochs, augment, views
    case protocolName = "protocol"
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    selection = try values.decode(String.self, forKey: .selection)
    try values.read(.protocolName, into: &protocolName)
    try values.read(.student, into: &student)
    try values.read(.seeds, into: &seeds)
    epochs = try values.decodeIfPresent(Int.self, forKey: .epochs)
    augment = try values.decodeIfPresent(String.self, forKey: .augment)
    views = try values.decodeIfPresent(Int.self, forKey: .views)
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var selection: String
    public var `protocol`: String
    public var student: String
    public var epochs: Int
    /// dsa, none, views or cutmix.
    public var augment: String
    /// Of each seed, in 0...1.
    public var accuracies: [Double]
    public var accuracy: Double
    /// Over seeds, with n − 1; nil for one.
    public var accuracySd: Double?
    /// Classes that the set has no image of, though the test split has: students miss all of these;
    /// nil for none.
    public var missingClasses: Int?
    /// Students trained now.
    public var trained: Int
    public var seconds: Double
  }

  /// What the protocol can augment by, its default first.
  private var augmentations: [String] {
    protocolName == "hard" ? ["dsa", "none"] : ["views", "cutmix"]
  }

  var augmentation: String { augment ?? augmentations[0] }

  /// Refuses what no student could be trained by, before anything is read.
  func check() throws(PoolError) {
    guard ["hard", "soft"].contains(protocolName) else {
      throw PoolError(
        .usage, "'\(protocolName)' is no protocol.", remedy: "--protocol hard, or soft")
    }
    guard augmentations.contains(augmentation) else {
      throw PoolError(
        .usage, "'\(augmentation)' is no augmentation of the \(protocolName) protocol.",
        remedy: "--augment \(augmentations.joined(separator: ", or "))")
    }
    guard views == nil || protocolName == "soft", (1...10_000).contains(views ?? 1) else {
      throw PoolError(
        .usage, "The soft protocol alone has views, 1 to 10,000 of them.",
        remedy: "psrdb evaluate \(shellWord(selection)) --protocol soft --views 8")
    }
    try checkClassifier(student, option: "--student")
    guard (1...10_000).contains(seeds), (1...1_000_000).contains(epochs ?? 1) else {
      throw PoolError(
        .usage, "An evaluation has 1 to 10,000 seeds and 1 to 1,000,000 epochs.",
        remedy: "psrdb evaluate \(shellWord(selection)) --seeds 3")
    }
  }
}

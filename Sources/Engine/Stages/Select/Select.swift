import Engine
public import Store

/// Takes IPC images of every class: a named cut of a ranking. The ranking is found in the pool if
/// it was computed before, extended if it is too short, and computed where there is none.
public struct Select: Decodable, Equatable, Sendable {
  /// The selection's name.
  public var selection: String
  /// One of the engine's strategies.
  public var strategy = "psr"
  /// Images per class; their mean where the allocation is adaptive.
  public var ipc: Int
  /// An image holds factor × factor members: `Formation`.
  public var factor = 1
  /// Whether candidates or real training images are chosen from.
  public var source = Source.pool
  /// The scoring whose features and scores decide.
  public var scoring = "base"
  /// The strategy's parameters; those not given have its standard values.
  public var parameters: [String: Double] = [:]
  /// An SQL expression over `version_scores` (or `image_scores`) that cuts the slice chosen from.
  public var condition = ""
  /// Nil: as generated, or, with `from`, as that selection holds them.
  public var versions: Versions?
  /// Names or numbers of the classes to select; empty for all.
  public var classes: [String] = []
  /// Only what this generation made.
  public var generation: String?
  /// Only what this selection holds.
  public var from: String?
  /// Nothing that this selection holds.
  public var exclude: String?
  /// How many images each class gets.
  public var allocation = AllocationRule.uniform
  /// The least and the most a class gets where the allocation is adaptive; nil for half and twice
  /// the IPC, psrdb's own choice.
  public var least: Int?
  public var most: Int?
  /// Whether `psr`'s α and u* go by the IPC (`PSR.weights`). Selections of two IPCs then do not
  /// begin alike.
  public var budgetAware = false
  /// Of the strategies that draw random numbers.
  public var seed: UInt64 = 0
  /// Bytes that ranking may take for features and similarities.
  public var memory = Select.standardMemory

  /// With the rest of the process it stays below 500 MB.
  public static let standardMemory = 400_000_000

  public init(selection: String, ipc: Int) {
    self.selection = selection
    self.ipc = ipc
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case selection, strategy, ipc, factor, source, scoring, parameters, versions, classes
    case generation, from, exclude, allocation, seed, memory
    case least = "min"
    case most = "max"
    case condition = "where"
    case budgetAware = "budget_aware"
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    selection = try values.decode(String.self, forKey: .selection)
    ipc = try values.decode(Int.self, forKey: .ipc)
    try values.read(.factor, into: &factor)
    try values.read(.strategy, into: &strategy)
    try values.read(.source, into: &source)
    try values.read(.scoring, into: &scoring)
    try values.read(.parameters, into: &parameters)
    try values.read(.condition, into: &condition)
    versions = try values.decodeIfPresent(Versions.self, forKey: .versions)
    try values.read(.classes, into: &classes)
    generation = try values.decodeIfPresent(String.self, forKey: .generation)
    from = try values.decodeIfPresent(String.self, forKey: .from)
    exclude = try values.decodeIfPresent(String.self, forKey: .exclude)
    try values.read(.allocation, into: &allocation)
    least = try values.decodeIfPresent(Int.self, forKey: .least)
    most = try values.decodeIfPresent(Int.self, forKey: .most)
    try values.read(.budgetAware, into: &budgetAware)
    try values.read(.seed, into: &seed)
    try values.read(.memory, into: &memory)
  }

  /// Whether a selection of fewer images, asked for alike, begins this one.
  func isNested(_ strategy: any Strategy) -> Bool {
    type(of: strategy).isNested && !budgetAware && allocation == .uniform
  }

  /// Members of a class; their mean where the allocation is adaptive.
  var picks: Int {
    let (picks, isTooMany) = ipc.multipliedReportingOverflow(by: cells)
    return isTooMany ? .max : picks
  }

  /// Members that an image holds.
  var cells: Int { Formation(factor: factor).cells }

  /// The least and the most members of a class.
  var limits: (least: Int, most: Int) {
    allocation == .uniform ? (picks, picks) : (least ?? max(1, ipc / 2), most ?? 2 * ipc)
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var source: String
    /// What was chosen from; empty for all.
    public var slice: String
    public var ipc: Int
    /// An image holds factor × factor members.
    public var factor: Int
    public var classes: Int
    /// Names of the data set's classes of which the slice has nothing, where all were asked for.
    public var missingClasses: [String]
    public var members: Int
    /// The least and the most members of a class.
    public var classMin: Int
    public var classMax: Int
    /// Whether a selection of fewer images by the same settings holds the first of these.
    public var nested: Bool
    /// The share of the best possible objective that the classes' picks are sure to reach; nil
    /// where a class has no certificate.
    public var certificateMin: Double?
    public var certificateMean: Double?
    /// Members that did not pass the gate, or repeat another, and only fill up their class.
    public var flagged: Int
    /// The journal entry of the ranking.
    public var ranking: Int64
    /// Whether the ranking was there already.
    public var reused: Bool
    public var seconds: Double
  }
}

public import Engine
import Store

/// Brings both splits of a set of real images into the pool, ordered by class.
///
/// Done again with the same files it changes nothing; interrupted between the splits, it goes on
/// with the second.
public struct ImportDataset: Decodable, Equatable, Sendable {
  /// The dataset's name in the pool.
  public var dataset: String
  public var format: DatasetFormat
  /// The folder that holds it.
  public var path: String
  /// Class names in the order of labels, where the format has none.
  public var classes: [String]?

  public init(dataset: String, format: DatasetFormat, path: String, classes: [String]? = nil) {
    self.dataset = dataset
    self.format = format
    self.path = path
    self.classes = classes
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case dataset, format, path, classes }

  public struct Report: Codable, Equatable, Sendable {
    public var dataset: String
    public var classes: Int
    /// Height, width, channels.
    public var image: [Int]
    /// Images of each split.
    public var train: Int
    public var test: Int
    /// The journal entries of the splits.
    public var entries: [Int64]
    /// Whether the pool held it already.
    public var unchanged: Bool
    /// The data set that scores, selections and students are of: the pool's first.
    public var poolDataset: String
  }

  /// - Throws: `PoolError`: `notFound` where files are missing, `failure` where they are damaged or
  ///   not of a kind that psrdb takes, `usage` where the pool has other images under this name.
  public func run(_ context: Context) throws -> Report {
    context.begin("import dataset")
    try checkName()
    try context.step(0, of: 3, note: "reading \(path)")
    let (train, test) = try translatingFormatErrors { try format.read(path, classes: classes) }
    let counts = train.positionsByClass().map(\.count)
    if let empty = counts.firstIndex(of: 0) {
      throw PoolError(
        .failure,
        "\(path) has no training image of class \(empty), '\(train.classes[empty])', of "
          + "\(counts.count).",
        remedy: "Check the labels, and that --classes names as many as there are.")
    }
    let statistics = train.channelStatistics()
    let before = context.pool.head.sequence
    var entries: [Int64] = []
    for (number, (split, set)) in [(Split.train, train), (.test, test)].enumerated() {
      try context.step(number + 1, of: 3, note: "\(split.rawValue): \(set.count) images")
      entries.append(try store(set, split, statistics: statistics, context.pool))
    }
    try context.step(3, of: 3)
    return Report(
      dataset: dataset, classes: train.classes.count, image: train.image, train: train.count,
      test: test.count, entries: entries, unchanged: context.pool.head.sequence == before,
      poolDataset: try context.pool.splits().first?.content.dataset ?? dataset)
  }

  /// Of a name: so long that NAME-train-CLASS-ROW+CELLS.json, with 3, 7 and 3 digits, is one of the
  /// 100 bytes that a tar archive has for it.
  private static let longestName = 73

  /// Ids and file names are made of the name.
  private func checkName() throws {
    let allowed = dataset.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
    }
    guard allowed, !dataset.hasPrefix("."), 1...Self.longestName ~= dataset.utf8.count else {
      throw PoolError(
        .usage, "'\(dataset)' cannot name a dataset.",
        remedy: "Use up to \(Self.longestName) ASCII letters, digits, '-', '_' and '.', such as "
          + "--name fashion-mnist.")
    }
  }

  /// The split's entry: the one the pool has, or a new one.
  private func store(
    _ set: ImageSet, _ split: Split, statistics: (mean: [Double], sd: [Double]), _ pool: Pool
  ) throws -> Int64 {
    let positions = set.positionsByClass()
    let content = DatasetContent(
      dataset: dataset, split: split, image: set.image, classes: set.classes,
      counts: positions.map(\.count), mean: statistics.mean, sd: statistics.sd,
      source: try digest(of: set.sources))
    let known = try pool.query(
      "SELECT entry FROM datasets WHERE dataset = ? AND split = ?",
      [.text(dataset), .text(split.rawValue)])
    if let sequence = known.rows.first?.first?.int.map(Int64.init) {
      if case .dataset(content) = try pool.entry(sequence).content { return sequence }
      throw PoolError(
        .usage,
        "The pool has other \(split.rawValue) images as '\(dataset)' already (entry \(sequence)).",
        remedy: "Nothing is ever overwritten: import these under another --name, or into a new "
          + "pool: psrdb init NAME.psr")
    }
    var tensors: [TensorDraft] = []
    for (label, positions) in positions.enumerated() where !positions.isEmpty {
      tensors.append(
        TensorDraft(
          "images", class: label, shape: [positions.count] + set.image,
          u8: set.images(at: positions)))
      tensors.append(
        TensorDraft(
          "positions", class: label, shape: [positions.count],
          i32: positions.map(Int32.init)))
    }
    let arguments = ["path": path, "format": format.rawValue]
    return try pool.append(
      Draft(.dataset(content), arguments: arguments, tensors: tensors)
    ).sequence
  }

  /// SHA-256 over the files' bytes, one file after the other.
  private func digest(of files: [String]) throws -> String {
    var digest = SHA256()
    for file in files { digest.update(try translatingFormatErrors { try Files.read(file) }) }
    return digest.hex()
  }
}

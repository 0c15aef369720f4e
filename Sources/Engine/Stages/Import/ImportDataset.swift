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
  /// Of an image folder: pixels of a side, 16 to 64, that the middle square of each image is scaled
  /// to. Nil where they have all one size already.
  public var size: Int?
  /// Whether mirror images belong to their class, as those of digits do not; nil for yes. Where they
  /// do, every network sees images mirrored too.
  public var flips: Bool?

  public init(
    dataset: String, format: DatasetFormat, path: String, classes: [String]? = nil,
    size: Int? = nil, flips: Bool? = nil
  ) {
    self.dataset = dataset
    self.format = format
    self.path = path
    self.classes = classes
    self.size = size
    self.flips = flips
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case dataset, format, path, classes, size, flips
  }

  public struct Report: Encodable, Equatable, Sendable {
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
    try check()
    let reading = "reading \(path)"
    try context.step(0, of: 1, note: reading)
    let (train, test) = try translatingFormatErrors {
      try format.read(path, classes: classes, size: size) { done, total in
        try context.step(done, of: total, note: reading)
      }
    }
    let counts = train.positionsByClass().map(\.count)
    if let empty = counts.firstIndex(of: 0) {
      throw PoolError(
        .failure,
        "\(path) has no training image of class \(empty), '\(train.classes[empty])', of "
          + "\(counts.count).",
        remedy:
          "Labels have to be 0, 1, 2 … without gaps, and --classes to name as many as there are.")
    }
    let most = min(Item.maximumRow + 1, TensorDraft.largest / train.image.reduce(1, *))
    if let large = counts.firstIndex(where: { $0 > most }) {
      throw PoolError(
        .failure,
        "\(path) has \(counts[large]) images of class \(large), '\(train.classes[large])'; of "
          + "\(train.image.map(String.init).joined(separator: "×")) a pool holds \(most) of a class.",
        remedy: "Take fewer of them, or smaller ones.")
    }
    let statistics = train.channelStatistics()
    let before = context.pool.head.sequence
    var entries: [Int64] = []
    let total = train.count + test.count
    for (split, set) in [(Split.train, train), (.test, test)] {
      try context.step(total, of: total, note: "\(split.rawValue): \(set.count) images")
      entries.append(try store(set, split, statistics: statistics, context.pool))
    }
    try context.step(total, of: total)
    return Report(
      dataset: dataset, classes: train.classes.count, image: train.image, train: train.count,
      test: test.count, entries: entries, unchanged: context.pool.head.sequence == before,
      poolDataset: try context.pool.splits().first?.content.dataset ?? dataset)
  }

  /// Of a name: so long that NAME-train-CLASS-ROW+CELLS.json, with 3, 7 and 3 digits, is one of the
  /// 100 bytes that a tar archive has for it.
  private static let longestName = 73

  /// Refuses settings that cannot be met. Ids and file names are made of the name.
  private func check() throws {
    let allowed = dataset.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
    }
    guard allowed, !dataset.hasPrefix("."), 1...Self.longestName ~= dataset.utf8.count else {
      throw PoolError(
        .usage, "'\(dataset)' cannot name a dataset.",
        remedy: "Use up to \(Self.longestName) ASCII letters, digits, '-', '_' and '.', such as "
          + "--name fashion-mnist.")
    }
    guard let size else { return }
    guard ImageSet.sides ~= size else {
      throw PoolError(
        .usage, "Images cannot be \(size) pixels wide and high.",
        remedy: "Give them 16 to 64, such as --size 32.")
    }
    guard format == .imageFolder else {
      throw PoolError(
        .usage, "Images of the format \(format.rawValue) have one size and are not scaled.",
        remedy: "Leave --size out.")
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
      source: try digest(of: set.sources), flips: flips == false ? false : nil)
    let known = try pool.query(
      "SELECT entry FROM datasets WHERE dataset = ? AND split = ?",
      [.text(dataset), .text(split.rawValue)])
    if let sequence = known.rows.first?.first?.int.map(Int64.init) {
      guard case .dataset(let there) = try pool.entry(sequence).content, there != content else {
        return sequence
      }
      throw contradiction(content, there, sequence)
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
    var arguments = ["path": path, "format": format.rawValue]
    arguments["size"] = size.map(String.init)
    return try pool.append(
      Draft(.dataset(content), arguments: arguments, tensors: tensors)
    ).sequence
  }

  /// What another set of the same name, that the pool has, is told apart by.
  private func contradiction(
    _ content: DatasetContent, _ known: DatasetContent, _ sequence: Int64
  ) -> PoolError {
    func error(_ what: String, _ remedy: String) -> PoolError {
      PoolError(
        .usage, "The pool has \(what) (entry \(sequence)).",
        remedy: "\(remedy), or into a new pool: psrdb init NAME.psr")
    }
    var known = known
    let (names, flips) = (known.classes, known.flips ?? true)
    known.classes = content.classes
    if known == content {
      return error(
        "these images as '\(dataset)' with other class names: "
          + names.prefix(12).joined(separator: ", "),
        "Import them by these names (--classes, in a recipe classes:)")
    }
    known.flips = content.flips
    if known == content {
      return error(
        "these images as '\(dataset)', whose mirror images \(flips ? "" : "do not ")belong to their "
          + "class",
        "Import them as before (\(flips ? "--flips" : "--no-flips"), in a recipe flips: \(flips))")
    }
    return error(
      "other \(content.split.rawValue) images as '\(dataset)' already",
      "Nothing is ever overwritten: import these under another --name")
  }

  /// SHA-256 over the files' bytes, one file after the other.
  private func digest(of files: [String]) throws -> String {
    var digest = SHA256()
    for file in files { digest.update(try translatingFormatErrors { try Files.read(file) }) }
    return digest.hex()
  }
}

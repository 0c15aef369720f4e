import Engine
import Store

/// A split of real images in the pool.
struct RealImages {
  let entry: Entry
  let content: DatasetContent
  private let pool: Pool

  /// - Parameter dataset: a name, or nil for the pool's only (or first) dataset.
  /// - Throws: `PoolError` with code `notFound`.
  init(_ split: Split, of dataset: String? = nil, in pool: Pool) throws {
    let splits = try pool.splits()
    let name = dataset ?? splits.first?.content.dataset
    guard
      let found = splits.first(where: { $0.content.split == split && $0.content.dataset == name })
    else {
      throw PoolError(
        .notFound,
        "The pool has no \(split.rawValue) images\(name.map { " of '\($0)'" } ?? "")."
          + guess(name ?? "", among: Set(splits.map(\.content.dataset)).filter { $0 != name }),
        remedy: "psrdb import dataset --name \(shellWord(name ?? "NAME")) --format FORMAT PATH")
    }
    (entry, content) = found
    self.pool = pool
  }

  var classes: Int { content.classes.count }

  /// Whether mirror images belong to their class.
  var flips: Bool { content.flips ?? true }

  var scaling: ImageScaling { ImageScaling(mean: content.mean.map(Float.init), sd: sd) }

  /// Of each channel over the training split, in 0...1; 1 for a channel that is the same in all
  /// images, as where two-colour images were saved as RGB: it becomes 0 then and not NaN.
  private var sd: [Float] { content.sd.map { Float($0) }.map { $0 == 0 ? 1 : $0 } }

  /// All images, ordered by class.
  func all() throws -> TrainingImages { try images { 0..<content.counts[$0] } }

  /// The given rows of each class, ordered by class.
  func images(_ rows: (_ class: Int) -> Range<Int>) throws -> TrainingImages {
    var (bytes, labels): ([UInt8], [Int]) = ([], [])
    for label in 0..<classes {
      guard let number = entry.tensorNumber("images", class: label) else { continue }
      let rows = rows(label)
      bytes += try pool.bytes(entry.sequence, number, rows: rows)
      labels += [Int](repeating: label, count: rows.count)
    }
    return TrainingImages(
      image: content.image, classes: classes, bytes: bytes, labels: labels,
      mean: content.mean.map(Float.init), sd: sd)
  }

  /// SHA-256 over the digests of the images of every class: what a result was measured on.
  var digest: String { RealImages.digest(of: entry) }

  static func digest(of entry: Entry) -> String {
    let digests = entry.tensors.filter { $0.name == "images" }.map(\.sha256)
    return SHA256.hex(of: digests.joined(separator: "\n"))
  }
}

extension Pool {
  /// Every split of every data set, in the order they came.
  ///
  /// - Throws: `PoolError` with code `damage` where a stranger's journal does not fit itself.
  func splits() throws -> [(entry: Entry, content: DatasetContent)] {
    try entries(.dataset).compactMap { entry in
      guard case .dataset(let content) = entry.content else { return nil }
      guard content.describes(entry.tensors) else {
        throw PoolError(
          .damage, "Entry \(entry.sequence) of the journal has other images than it says.",
          remedy: "Take the pool from where it came, or a backup.")
      }
      return (entry, content)
    }
  }
}

/// `dataset`: one split of real images, ordered by class.
///
/// Tensors, for each class that has images: `images` u8 [n, H, W, C] and `positions` i32 [n]
/// (the place in the source), both with `class` set.
public struct DatasetContent: Codable, Equatable, Sendable {
  public var dataset: String
  public var split: Split
  /// Height, width, channels.
  public var image: [Int]
  public var classes: [String]
  /// Images of each class.
  public var counts: [Int]
  /// Of each channel over the train split, in 0...1; students and classifiers normalise by them.
  public var mean: [Double]
  public var sd: [Double]
  /// SHA-256 over the source files' bytes, hex.
  public var source: String
  /// False where mirror images do not belong to their class, as of digits; nil where they do.
  public var flips: Bool?

  public init(
    dataset: String, split: Split, image: [Int], classes: [String], counts: [Int], mean: [Double],
    sd: [Double], source: String, flips: Bool? = nil
  ) {
    self.dataset = dataset
    self.split = split
    self.image = image
    self.classes = classes
    self.counts = counts
    self.mean = mean
    self.sd = sd
    self.source = source
    self.flips = flips
  }

  /// Whether an entry's tensors hold the images of every class, as many and as large as this says,
  /// and a mean and a deviation are of each channel: readers go by that.
  public func describes(_ tensors: [TensorDescription]) -> Bool {
    let images = tensors.filter { $0.name == "images" }
    return Batch.isImage(image) && counts.count == classes.count
      && [mean.count, sd.count] == [image[2], image[2]]
      && images.compactMap(\.class).sorted() == counts.indices.filter { counts[$0] != 0 }
      && images.allSatisfy { tensor in
        tensor.dtype == .u8 && tensor.class.map { [counts[$0]] + image } == tensor.shape
      }
  }
}

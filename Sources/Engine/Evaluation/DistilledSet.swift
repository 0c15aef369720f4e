/// A distilled set as students see it.
public struct DistilledSet: Sendable {
  /// Normalised images [n, H, W, C], ordered by class.
  public var images: Tensor
  public var labels: [Int]
  public var classes: Int

  public init(images: Tensor, labels: [Int], classes: Int) {
    self.images = images
    self.labels = labels
    self.classes = classes
  }
}

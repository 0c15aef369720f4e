import Testing

@testable import Engine

/// Images of Fashion-MNIST's test split, from the Debian package dataset-fashion-mnist.
enum RealImages {
  static func first(_ count: Int) throws -> TrainingImages {
    let sources = ["images-idx3", "labels-idx1"].map {
      "/usr/share/datasets/fashion-mnist/t10k-\($0)-ubyte.gz"
    }
    let split = try IDX.split(
      images: try Files.read(sources[0]), labels: try Files.read(sources[1]), sources: sources)
    return TrainingImages(
      image: split.image, classes: 10, bytes: Array(split.images.prefix(count * 28 * 28)),
      labels: split.labels.prefix(count).map(Int.init), mean: [0.286], sd: [0.353])
  }
}

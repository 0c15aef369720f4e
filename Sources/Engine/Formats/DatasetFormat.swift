/// How a dataset lies on disk.
public enum DatasetFormat: String, Codable, CaseIterable, Sendable {
  /// MNIST's files: `train-images-idx3-ubyte[.gz]` and so on.
  case idx
  /// `train/CLASS/*.png|jpg|jpeg` and `test/CLASS/…` or `val/CLASS/…`.
  case imageFolder = "image-folder"
  /// The binary version of CIFAR-10 or CIFAR-100.
  case cifarBinary = "cifar-binary"

  /// Reads both splits of the dataset in the folder `path`.
  /// - Parameters:
  ///   - classes: class names in the order of labels, where the format has none.
  ///   - size: of an image folder: pixels of a side, 16 to 64, that the middle square of each image
  ///     is scaled to.
  ///   - progress: is told how many of how many images are read, where that takes long, and may
  ///     throw.
  /// - Throws: `FormatError` for anything missing, damaged or of a kind psrdb does not take.
  public func read(
    _ path: String, classes: [String]? = nil, size: Int? = nil,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> (train: ImageSet, test: ImageSet) {
    guard Files.isFolder(path) else {
      throw FormatError(
        .missing, "\(path) is not a folder", remedy: "Name the folder that holds the dataset.")
    }
    let (train, test) =
      switch self {
      case .idx: try IDX.read(path, classes: classes)
      case .imageFolder:
        try ImageFolder.read(path, classes: classes, side: size, progress: progress)
      case .cifarBinary: try CIFARBinary.read(path, classes: classes)
      }
    guard train.image == test.image else {
      throw FormatError(
        .inconsistent,
        "\(path): images are \(train.image) (height, width, channels) in train and "
          + "\(test.image) in test", remedy: "Bring both to one size and kind.")
    }
    return (train, test)
  }
}

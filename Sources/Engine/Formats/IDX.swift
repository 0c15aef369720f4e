/// The files of MNIST and its kin: a big-endian header, then bytes; gzipped or not.
///
/// Format: http://yann.lecun.com/exdb/mnist, "FILE FORMATS".
enum IDX {
  static func read(_ folder: String, classes: [String]?) throws -> (train: ImageSet, test: ImageSet)
  {
    let train = try files(folder, "train")
    let test = try files(folder, "t10k")
    let largest = max(train.labels.max() ?? 0, test.labels.max() ?? 0)
    let classes = classes ?? (0...Int(largest)).map(String.init)
    return (try set(train, classes, folder), try set(test, classes, folder))
  }

  struct Split {
    var image: [Int]
    var images: [UInt8]
    var labels: [UInt8]
    var sources: [String]
  }

  private static func set(_ split: Split, _ classes: [String], _ folder: String) throws -> ImageSet
  {
    try ImageSet(
      image: split.image, classes: classes, images: split.images,
      labels: split.labels.map(Int32.init), sources: split.sources, name: folder)
  }

  private static func files(_ folder: String, _ prefix: String) throws -> Split {
    let imagesPath = try find(folder, "\(prefix)-images-idx3-ubyte")
    let labelsPath = try find(folder, "\(prefix)-labels-idx1-ubyte")
    return try split(
      images: try Files.read(imagesPath), labels: try Files.read(labelsPath),
      sources: [imagesPath, labelsPath])
  }

  static func split(images: [UInt8], labels: [UInt8], sources: [String]) throws -> Split {
    let (counts, labels) = try array(labels, name: sources[1], dimensions: 1)
    // Before they are unpacked: a small file may claim, and hold, very many.
    let (shape, pixels) = try array(images, name: sources[0], dimensions: 3) { shape in
      guard shape[0] == counts[0] else {
        throw FormatError(
          .inconsistent,
          "\(sources[0]) has \(shape[0]) images but \(sources[1]) has \(counts[0]) labels",
          remedy: "Fetch both files of one dataset.")
      }
      try ImageSet.requireSize(shape.dropFirst() + [1], name: sources[0])
    }
    return Split(
      image: [shape[1], shape[2], 1], images: pixels, labels: labels, sources: sources)
  }

  private static func find(_ folder: String, _ name: String) throws -> String {
    for candidate in ["\(folder)/\(name)", "\(folder)/\(name).gz"] where Files.exists(candidate) {
      return candidate
    }
    throw FormatError(
      .missing, "\(folder) has neither \(name) nor \(name).gz",
      remedy: "Name the folder that holds the four IDX files.")
  }

  /// The array of unsigned bytes in an IDX file.
  /// - Parameter accept: is told its shape before the bytes are read; throwing refuses it.
  static func array(
    _ bytes: [UInt8], name: String, dimensions: Int, accept: ([Int]) throws -> Void = { _ in }
  ) throws -> (shape: [Int], values: [UInt8]) {
    let headerSize = 4 + 4 * dimensions
    let inflator = Inflator.isGzip(bytes) ? try Inflator(bytes, .gzip, name: name) : nil
    let header = try inflator?.read(atMost: headerSize) ?? Array(bytes.prefix(headerSize))
    var reader = ByteReader(header, name: name)
    guard try reader.bigEndian32() == 0x0800 + dimensions else {
      throw FormatError(
        .corrupt, "\(name) is no IDX file of bytes in \(dimensions) dimensions",
        remedy: "Check that the file is what its name says.")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions { shape.append(try reader.bigEndian32()) }
    guard let size = checkedProduct(shape), size <= 1 << 34 else {
      throw FormatError(
        .tooLarge, "\(name) claims \(shape) bytes", remedy: "Fetch or make the file again.")
    }
    try accept(shape)
    let values: [UInt8]
    let whole: Bool
    if let inflator {
      values = try inflator.read(atMost: size)
      whole = try values.count < size || inflator.isAtEnd()
    } else {
      values = Array(bytes.dropFirst(headerSize).prefix(size))
      whole = bytes.count <= headerSize + size
    }
    guard values.count == size else {
      throw FormatError(
        .truncated, "\(name) claims \(size) bytes and holds \(values.count)",
        remedy: "Fetch or make the file again.")
    }
    guard whole else {
      throw FormatError(
        .corrupt, "\(name) goes on after the \(size) bytes that it claims",
        remedy: "Fetch or make the file again.")
    }
    return (shape, values)
  }
}

/// The images and labels of one split, in the order of their source.
public struct ImageSet: Sendable {
  /// Pixels of a side that images may have.
  public static let sides = 16...64

  /// Height, width, channels.
  public let image: [Int]
  /// Class names; labels count into them.
  public let classes: [String]
  /// N·H·W·C bytes, NHWC.
  public let images: [UInt8]
  public let labels: [Int32]
  /// The files read, in the order read.
  public let sources: [String]

  /// Refuses images that are not square, not of 16 to 64 pixels, or neither grey nor RGB.
  /// - Parameter image: height, width, channels.
  /// - Throws: `FormatError` `.unsupported`.
  static func requireSize(_ image: [Int], name: String) throws {
    guard image.count == 3, image[0] == image[1], Self.sides ~= image[0], [1, 3].contains(image[2])
    else {
      throw FormatError(
        .unsupported,
        "\(name) has images of \(image.map(String.init).joined(separator: "×")) "
          + "(height×width×channels)",
        remedy: "Images must be square, 16 to 64 pixels, grey or RGB: scale or crop them first.")
    }
  }

  /// - Throws: `FormatError` `.unsupported` for images that are not square, not of 16 to 64 pixels
  ///   or neither grey nor RGB; or for a number of classes outside 2 to 1,000; `.inconsistent`
  ///   when a label names no class, a name is there twice, or there is no image.
  public init(
    image: [Int], classes: [String], images: [UInt8], labels: [Int32], sources: [String],
    name: String
  ) throws {
    try Self.requireSize(image, name: name)
    guard 2...1000 ~= classes.count else {
      throw FormatError(
        .unsupported,
        classes.count == 1
          ? "\(name) has only the class '\(classes[0])'" : "\(name) has \(classes.count) classes",
        remedy: "psrdb distils sets of 2 to 1,000 classes.")
    }
    guard Set(classes).count == classes.count else {
      throw FormatError(
        .inconsistent, "\(name): two classes have the same name", remedy: "Name each class once.")
    }
    guard !labels.isEmpty else {
      throw FormatError(.inconsistent, "\(name) has no images", remedy: "Check the path.")
    }
    if let place = labels.firstIndex(where: { $0 < 0 || $0 >= classes.count }) {
      throw FormatError(
        .inconsistent,
        "\(name): image \(place) has label \(labels[place]), but there are \(classes.count) classes",
        remedy: "Give as many class names as there are labels.")
    }
    precondition(images.count == labels.count * image.reduce(1, *), "\(name): images and labels")
    self.image = image
    self.classes = classes
    self.images = images
    self.labels = labels
    self.sources = sources
  }

  public var count: Int { labels.count }

  /// The places of each class's images in the source, ascending.
  public func positionsByClass() -> [[Int]] {
    var positions = [[Int]](repeating: [], count: classes.count)
    for (position, label) in labels.enumerated() { positions[Int(label)].append(position) }
    return positions
  }

  /// The images at `positions`, one after the other.
  public func images(at positions: [Int]) -> [UInt8] {
    let size = image.reduce(1, *)
    var result: [UInt8] = []
    result.reserveCapacity(positions.count * size)
    for position in positions { result += images[position * size..<(position + 1) * size] }
    return result
  }

  /// Mean and standard deviation of each channel, of pixels scaled to 0...1.
  public func channelStatistics() -> (mean: [Double], sd: [Double]) {
    let channels = image[2]
    var counts = [Int](repeating: 0, count: channels * 256)
    images.withUnsafeBufferPointer { images in
      counts.withUnsafeMutableBufferPointer { counts in
        for i in images.indices { counts[i % channels * 256 + Int(images[i])] += 1 }
      }
    }
    let total = Double(images.count / channels)
    var (mean, sd): ([Double], [Double]) = ([], [])
    for channel in 0..<channels {
      let histogram = counts[channel * 256..<(channel + 1) * 256]
      // Whole numbers: exact, in whatever order.
      let sum = zip(0..., histogram).reduce(0) { $0 + $1.0 * $1.1 }
      let squares = zip(0..., histogram).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
      let m = Double(sum) / total
      mean.append(m / 255)
      sd.append(max(0, Double(squares) / total - m * m).squareRoot() / 255)
    }
    return (mean, sd)
  }
}

/// The binary versions of CIFAR-10 and CIFAR-100: records of labels and 3×32×32 planar pixels.
///
/// Format: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
enum CIFARBinary {
  private static let side = 32
  private static var pixels: Int { side * side * 3 }

  static func read(_ folder: String, classes: [String]?) throws -> (train: ImageSet, test: ImageSet)
  {
    let names = try Files.names(in: folder)
    if names.contains("train.bin") {
      let classes = try classes ?? self.classes("\(folder)/fine_label_names.txt")
      return (
        try set(["\(folder)/train.bin"], labelBytes: 2, classes),
        try set(["\(folder)/test.bin"], labelBytes: 2, classes)
      )
    }
    let batches = names.filter { $0.hasPrefix("data_batch_") && $0.hasSuffix(".bin") }
    guard !batches.isEmpty else {
      throw FormatError(
        .missing, "\(folder) has neither train.bin nor data_batch_*.bin",
        remedy: "Name the folder of CIFAR's binary version.")
    }
    for number in 1...batches.count where !batches.contains("data_batch_\(number).bin") {
      throw FormatError(
        .missing, "\(folder) lacks data_batch_\(number).bin", remedy: "Fetch the set again.")
    }
    let classes = try classes ?? self.classes("\(folder)/batches.meta.txt")
    return (
      try set(batches.map { "\(folder)/\($0)" }, labelBytes: 1, classes),
      try set(["\(folder)/test_batch.bin"], labelBytes: 1, classes)
    )
  }

  private static func set(
    _ files: [String], labelBytes: Int, _ classes: [String]
  ) throws -> ImageSet {
    var (images, labels): ([UInt8], [Int32]) = ([], [])
    for file in files {
      let records = try self.records(Files.read(file), name: file, labelBytes: labelBytes)
      if let place = records.labels.firstIndex(where: { $0 >= classes.count }) {
        throw FormatError(
          .inconsistent,
          "\(file): image \(place) has label \(records.labels[place]), but there are "
            + "\(classes.count) classes", remedy: "Give as many class names as there are labels.")
      }
      images += records.images
      labels += records.labels
    }
    return try ImageSet(
      image: [side, side, 3], classes: classes, images: images, labels: labels, sources: files,
      name: files[0])
  }

  /// Images (NHWC) and labels (the last label byte: CIFAR-100's fine one) of one file.
  static func records(
    _ bytes: [UInt8], name: String, labelBytes: Int
  ) throws -> (images: [UInt8], labels: [Int32]) {
    let record = labelBytes + pixels
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      throw FormatError(
        .truncated, "\(name) has \(bytes.count) bytes, not a multiple of a record's \(record)",
        remedy: "Fetch the file again.")
    }
    let count = bytes.count / record
    var labels: [Int32] = []
    var images = [UInt8](repeating: 0, count: count * pixels)
    bytes.withUnsafeBufferPointer { bytes in
      images.withUnsafeMutableBufferPointer { images in
        for row in 0..<count {
          let planes = row * record + labelBytes
          labels.append(Int32(bytes[planes - 1]))
          for pixel in 0..<side * side {
            for c in 0..<3 {
              images[row * pixels + pixel * 3 + c] = bytes[planes + c * side * side + pixel]
            }
          }
        }
      }
    }
    return (images, labels)
  }

  private static func classes(_ path: String) throws -> [String] {
    let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
  }
}

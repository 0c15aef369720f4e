import Foundation
import Synchronization

/// Folders of images: `train/CLASS/*.png|jpg|jpeg` and `test/CLASS/…`, classes and files in the
/// order of their names' bytes.
enum ImageFolder {
  static func read(_ folder: String, classes: [String]?) throws -> (train: ImageSet, test: ImageSet)
  {
    let train = try self.classes("\(folder)/train")
    let test = try self.classes("\(folder)/test")
    try match(train, test, "\(folder)/train", "\(folder)/test")
    if let classes {
      try match(
        classes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, train, "the list of classes",
        folder)
    }
    let order = classes ?? train
    return (try split("\(folder)/train", order), try split("\(folder)/test", order))
  }

  private static func classes(_ folder: String) throws -> [String] {
    try Files.names(in: folder).filter { Files.isFolder("\(folder)/\($0)") }
  }

  /// Pictures that are not read; other files (notes, a system's own) may lie beside those that are.
  private static let otherPictures: Set = [
    "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "ppm",
  ]

  private static func match(_ a: [String], _ b: [String], _ nameA: String, _ nameB: String) throws {
    let onlyA = Set(a).subtracting(b).sorted()
    let onlyB = Set(b).subtracting(a).sorted()
    guard onlyA.isEmpty, onlyB.isEmpty else {
      let parts = [(onlyA, nameA), (onlyB, nameB)].filter { !$0.0.isEmpty }.map { names, place in
        let listed = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return "only in \(place): \(listed)"
      }
      throw FormatError(
        .inconsistent, "classes differ: \(parts.joined(separator: "; "))",
        remedy: "Give train and test the same class folders.")
    }
  }

  private static func split(_ folder: String, _ classes: [String]) throws -> ImageSet {
    var (paths, labels): ([String], [Int32]) = ([], [])
    for (label, name) in classes.enumerated() {
      let all = try Files.names(in: "\(folder)/\(name)")
      func kind(_ file: String) -> String { (file as NSString).pathExtension.lowercased() }
      if let other = all.first(where: { otherPictures.contains(kind($0)) }) {
        throw FormatError(
          .unsupported, "\(folder)/\(name)/\(other) is neither PNG nor JPEG",
          remedy: "Convert such pictures to PNG, or take them away.")
      }
      let files = all.filter { ["png", "jpg", "jpeg"].contains(kind($0)) }
      guard !files.isEmpty else {
        throw FormatError(
          .inconsistent, "\(folder)/\(name) has no PNG or JPEG",
          remedy: "Remove the folder or put images into it.")
      }
      paths += files.map { "\(folder)/\(name)/\($0)" }
      labels += Array(repeating: Int32(label), count: files.count)
    }
    guard let first = paths.first else {
      throw FormatError(
        .missing, "\(folder) has no class folders", remedy: "Put images into \(folder)/CLASS/.")
    }
    let shape = try shape(decode(first))
    return try ImageSet(
      image: shape, classes: classes, images: try images(paths, shape), labels: labels,
      sources: paths, name: folder)
  }

  private static func decode(_ path: String) throws -> Bitmap {
    try Bitmap(decoding: Files.read(path, limit: 1 << 24), name: path, limit: 64)
  }

  private static func shape(_ bitmap: Bitmap) -> [Int] {
    [bitmap.height, bitmap.width, bitmap.channels]
  }

  /// Decodes all files in parallel; of several bad ones the first is reported.
  private static func images(_ paths: [String], _ shape: [Int]) throws -> [UInt8] {
    let size = shape.reduce(1, *)
    let failure = Mutex<(place: Int, error: FormatError)?>(nil)
    let images = [UInt8](unsafeUninitializedCapacity: paths.count * size) { buffer, count in
      let base = buffer.baseAddress
      base?.initialize(repeating: 0, count: paths.count * size)
      parallel(paths.count) { i in
        guard failure.withLock({ $0.map { i < $0.place } ?? true }) else { return }
        do {
          let bitmap = try decode(paths[i])
          guard self.shape(bitmap) == shape else {
            throw FormatError(
              .inconsistent,
              "\(paths[i]) is \(self.shape(bitmap)) (height, width, channels) but \(paths[0]) "
                + "is \(shape)", remedy: "Bring all images to one size and kind.")
          }
          bitmap.pixels.withUnsafeBufferPointer { pixels in
            if let from = pixels.baseAddress { (base! + i * size).update(from: from, count: size) }
          }
        } catch let error as FormatError {
          failure.withLock { if $0.map({ i < $0.place }) ?? true { $0 = (i, error) } }
        } catch {
          preconditionFailure("decode throws FormatError alone: \(error)")
        }
      }
      count = paths.count * size
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    return images
  }
}

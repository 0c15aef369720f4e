import Foundation
import Synchronization

/// Folders of images: `train/CLASS/*.png|jpg|jpeg` and `test/CLASS/…`, or `val/CLASS/…` where there
/// is no `test`, as ImageNet's have it; what begins with a dot is passed over. Classes and files are
/// in the order of their names' bytes. Where any image has colour, the grey ones are RGB too.
enum ImageFolder {
  /// The most pixels of a side and bytes of a file that are read before they are scaled down.
  private static let limit = (side: 10_000, bytes: 1 << 26)

  /// - Parameters:
  ///   - side: pixels of a side that each image's middle square is scaled to; nil where the images
  ///     have all one size already.
  ///   - progress: is told how many of how many images are read, and may throw.
  static func read(
    _ folder: String, classes: [String]?, side: Int?, progress: (Int, Int) throws -> Void
  ) throws -> (train: ImageSet, test: ImageSet) {
    let trainFolder = "\(folder)/train"
    guard let testFolder = ["test", "val"].map({ "\(folder)/\($0)" }).first(where: Files.isFolder),
      Files.isFolder(trainFolder)
    else {
      throw FormatError(
        .missing, "\(folder) has no folder \(Files.isFolder(trainFolder) ? "test" : "train")",
        remedy: "Images are to be in train/CLASS/ and test/CLASS/ (or val/CLASS/).")
    }
    let names = try self.classes(trainFolder)
    // A class may have no images to be tested on.
    let tested = try self.classes(testFolder)
    if !Set(tested).isSubset(of: names) {
      try match(
        names, tested, trainFolder, testFolder,
        remedy: "Give train all class folders of test.")
    }
    if let classes {
      try match(
        classes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, names,
        "the list of classes", folder, remedy: "List the folders there are, or no --classes.")
    }
    let order = classes ?? names
    let train = try list(trainFolder, order)
    let test = try list(testFolder, order, mayLack: true)
    guard let first = train.first?.path else {
      throw FormatError(
        .missing, "\(trainFolder) has no class folders",
        remedy: "Put images into \(trainFolder)/CLASS/.")
    }
    // Not by `??`: Swift 6.3.1 loses an error that is thrown while a case is made on its right.
    let fit: Fit =
      if let side { .scaled(side) } else { .asIs(try self.side(of: first), like: first) }
    let bitmaps = try decode((train + test).map(\.path), fit, progress)
    let channels = bitmaps.map(\.channels).max() ?? 1
    func set(_ files: [File], _ bitmaps: ArraySlice<Bitmap>, _ name: String) throws -> ImageSet {
      try ImageSet(
        image: [fit.side, fit.side, channels], classes: order,
        images: bitmaps.flatMap { $0.with(channels: channels).pixels },
        labels: files.map(\.label), sources: files.map(\.path), name: name)
    }
    return (
      try set(train, bitmaps.prefix(train.count), trainFolder),
      try set(test, bitmaps.dropFirst(train.count), testFolder)
    )
  }

  private struct File {
    var path: String
    var label: Int32
  }

  /// What becomes of a picture's size.
  private enum Fit {
    case scaled(Int)
    /// It has to be this, as that of the picture `like` is.
    case asIs(Int, like: String)

    var side: Int {
      switch self {
      case .scaled(let side), .asIs(let side, _): side
      }
    }
  }

  private static func classes(_ folder: String) throws -> [String] {
    try Files.names(in: folder).filter { Files.isFolder("\(folder)/\($0)") }
  }

  /// Pictures that are not read; other files (notes, a system's own) may lie beside those that are.
  private static let otherPictures: Set = [
    "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "ppm", "pgm", "pbm", "pnm", "jfif", "jpe",
    "jp2", "tga",
  ]
  private static let pictures: Set = ["png", "jpg", "jpeg"]

  private static func match(
    _ a: [String], _ b: [String], _ nameA: String, _ nameB: String, remedy: String
  ) throws {
    let onlyA = Set(a).subtracting(b).sorted()
    let onlyB = Set(b).subtracting(a).sorted()
    guard onlyA.isEmpty, onlyB.isEmpty else {
      let parts = [(onlyA, nameA), (onlyB, nameB)].filter { !$0.0.isEmpty }.map { names, place in
        let listed = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return "only in \(place): \(listed)"
      }
      throw FormatError(
        .inconsistent, "classes differ: \(parts.joined(separator: "; "))",
        remedy: remedy)
    }
  }

  /// - Parameter mayLack: whether a class may have no images.
  private static func list(
    _ folder: String, _ classes: [String], mayLack: Bool = false
  ) throws -> [File] {
    // Spelt as the folder is: equal names may be of other bytes (é as one character, or as two).
    let own = try self.classes(folder)
    return try classes.enumerated().flatMap { label, name -> [File] in
      let name = own.first { $0 == name } ?? name
      if mayLack && !own.contains(name) { return [] }
      let all = try Files.names(in: "\(folder)/\(name)")
      func kind(_ file: String) -> String { (file as NSString).pathExtension.lowercased() }
      if let other = all.first(where: { otherPictures.contains(kind($0)) }) {
        throw FormatError(
          .unsupported, "\(folder)/\(name)/\(other) is neither PNG nor JPEG",
          remedy: "Convert such pictures to PNG, or take them away.")
      }
      for inner in all.map({ "\(folder)/\(name)/\($0)" }) where Files.isFolder(inner) {
        guard try !Files.names(in: inner).contains(where: { pictures.contains(kind($0)) }) else {
          throw FormatError(
            .unsupported, "\(inner) is a folder of images in that of a class",
            remedy: "Put the images of a class into \(folder)/\(name) itself.")
        }
      }
      let files = all.filter { pictures.contains(kind($0)) }
      guard !files.isEmpty || mayLack else {
        throw FormatError(
          .inconsistent, "\(folder)/\(name) has no PNG or JPEG",
          remedy: "Remove the folder or put images into it.")
      }
      return files.map { File(path: "\(folder)/\(name)/\($0)", label: Int32(label)) }
    }
  }

  private static func decode(_ path: String) throws -> Bitmap {
    try Bitmap(
      decoding: Files.read(path, limit: limit.bytes), name: path, limit: limit.side)
  }

  /// Pixels of a side of a picture that is taken as it is.
  private static func side(of path: String) throws -> Int {
    let bitmap = try decode(path)
    guard bitmap.width == bitmap.height, ImageSet.sides ~= bitmap.width else {
      throw FormatError(
        .unsupported, "\(path) has \(bitmap.height)×\(bitmap.width) pixels (height×width)",
        remedy: "Images must be square, of 16 to 64 pixels. The middle of each is cropped and "
          + "scaled with a size: --size 32.")
    }
    return bitmap.width
  }

  private static func decode(_ path: String, _ fit: Fit) throws -> Bitmap {
    let bitmap = try decode(path)
    switch fit {
    case .scaled(let side): return bitmap.middleSquare(side: side)
    case .asIs(let side, let first):
      guard bitmap.height == side, bitmap.width == side else {
        throw FormatError(
          .inconsistent,
          "\(path) has \(bitmap.height)×\(bitmap.width) pixels (height×width) but \(first) has "
            + "\(side)×\(side)",
          remedy: "Bring all images to one size, or have the middle of each cropped and scaled: "
            + "--size \(side).")
      }
      return bitmap
    }
  }

  /// Decodes all files, a block of them in parallel; of several bad ones the first is reported.
  private static func decode(
    _ paths: [String], _ fit: Fit, _ progress: (Int, Int) throws -> Void
  ) throws -> [Bitmap] {
    var bitmaps: [Bitmap] = []
    bitmaps.reserveCapacity(paths.count)
    while bitmaps.count < paths.count {
      try progress(bitmaps.count, paths.count)
      let block = paths[bitmaps.count..<min(bitmaps.count + 512, paths.count)]
      let results = Mutex([Result<Bitmap, any Error>?](repeating: nil, count: block.count))
      parallel(block.count) { i in
        let result = Result { try decode(block[block.startIndex + i], fit) }
        results.withLock { $0[i] = result }
      }
      bitmaps += try results.withLock { try $0.compactMap { try $0?.get() } }
    }
    return bitmaps
  }
}

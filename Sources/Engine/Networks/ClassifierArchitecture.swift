/// A classifier's family and size: what must be known to build it again.
public struct ClassifierArchitecture: Codable, Equatable, Sendable {
  public enum Family: String, Codable, CaseIterable, Sendable {
    /// The field's ConvNet-N (Gidaris and Komodakis; DC, DSA, DM…): N blocks of 3×3 convolution,
    /// instance normalisation, ReLU and 2×2 average pooling.
    case convnet
    /// ResNet of basic blocks with the 3×3 stem for small images; depth 10 or 18.
    case resnet
    /// Two hidden layers; for cross-architecture evaluation.
    case mlp
  }

  public var family: Family
  public var depth: Int
  public var width: Int
  /// Height, width, channels of the images.
  public var image: [Int]
  public var classes: Int

  public init(_ family: Family, depth: Int, width: Int, image: [Int], classes: Int) {
    self.family = family
    self.depth = depth
    self.width = width
    self.image = image
    self.classes = classes
  }

  /// Whether a network of this size can exist; architectures come from files.
  public var isValid: Bool {
    guard image.count == 3, image[0] == image[1], (16...64).contains(image[0]),
      [1, 3].contains(image[2]), (1...4096).contains(width), (2...1000).contains(classes)
    else { return false }
    // Eight times the standard width: the largest layer then has 9·4096² weights.
    switch family {
    case .convnet: return (1...4).contains(depth) && width <= 1024
    case .resnet: return (depth == 10 || depth == 18) && width <= 512
    case .mlp: return depth == 2
    }
  }

  /// From a name with an optional width: convnet3, convnet4-64, resnet10, resnet18-32, mlp.
  public init?(named name: String, image: [Int], classes: Int) {
    let parts = name.lowercased().split(separator: "-", omittingEmptySubsequences: false)
    guard let head = parts.first, parts.count <= 2 else { return nil }
    let letters = head.prefix { $0.isLetter }
    let depth = Int(head.dropFirst(letters.count))
    let width = parts.count == 2 ? Int(parts[1]) : nil
    if parts.count == 2 && !(width.map { (1...4096).contains($0) } ?? false) { return nil }
    switch (letters, depth) {
    case ("convnet", let depth?) where (1...4).contains(depth):
      self.init(.convnet, depth: depth, width: width ?? 128, image: image, classes: classes)
    case ("resnet", let depth?) where depth == 10 || depth == 18:
      self.init(.resnet, depth: depth, width: width ?? 64, image: image, classes: classes)
    case ("mlp", nil):
      self.init(.mlp, depth: 2, width: width ?? 128, image: image, classes: classes)
    default: return nil
    }
  }

  public var name: String {
    switch family {
    case .convnet: width == 128 ? "convnet\(depth)" : "convnet\(depth)-\(width)"
    case .resnet: width == 64 ? "resnet\(depth)" : "resnet\(depth)-\(width)"
    case .mlp: width == 128 ? "mlp" : "mlp-\(width)"
    }
  }
}

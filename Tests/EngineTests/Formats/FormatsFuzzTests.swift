import TestSupport
import Testing

@testable import Engine

/// Feeds every reader of files with damaged ones: each is read or refused with a `FormatError`;
/// nothing traps.
struct FormatsFuzzTests {
  struct Reader: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var seeds: @Sendable () throws -> [[UInt8]]
    var read: @Sendable ([UInt8]) throws -> Void

    init(
      _ name: String, _ seeds: @autoclosure @escaping @Sendable () throws -> [[UInt8]],
      _ read: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
      testDescription = name
      self.seeds = seeds
      self.read = read
    }
  }

  private static func files(_ names: String...) throws -> [[UInt8]] { try names.map(Fixture.bytes) }

  /// Whole, so that mutations reach the header behind the compression.
  private static func inflated(_ name: String) throws -> [UInt8] {
    try Inflator(Fixture.bytes(name), .gzip, name: name).read(atMost: 1 << 20)
  }

  private static func records(labelBytes: Int) -> [[UInt8]] {
    (1...2).map { count in (0..<count * (labelBytes + 3072)).map { UInt8($0 % 10) } }
  }

  static let readers = [
    Reader(
      "png",
      try files("grey.png", "rgb.png", "rgba.png", "palette.png", "grey16.png", "grey-alpha.png")
    ) { _ = try PNG.read($0, name: "x", limit: 64) },
    Reader("jpeg", try files("rgb.jpg", "grey.jpg")) {
      _ = try JPEG.read($0, name: "x", limit: 64)
    },
    Reader("bitmap", try files("rgb.png", "rgb.jpg")) {
      _ = try Bitmap(decoding: $0, name: "x", limit: 64)
    },
    Reader("npy", try files("u1.npy", "i4.npy", "i8.npy", "f2.npy", "f4.npy", "scalar.npy")) {
      _ = try NPY.read($0, name: "x").floats
    },
    Reader("npz", try files("stored.npz", "deflated.npz")) { _ = try NPZ.read($0, name: "x") },
    Reader("safetensors", try files("three.safetensors")) {
      for tensor in try SafeTensors.read($0, name: "x").tensors.values { _ = tensor.floats }
    },
    Reader(
      "idx-images",
      try files("idx/train-images-idx3-ubyte.gz") + [inflated("idx/train-images-idx3-ubyte.gz")]
    ) { _ = try IDX.array($0, name: "x", dimensions: 3) },
    Reader("idx-labels", try files("idx/train-labels-idx1-ubyte", "idx/t10k-labels-idx1-ubyte")) {
      _ = try IDX.array($0, name: "x", dimensions: 1)
    },
    Reader("gzip", try files("idx/train-images-idx3-ubyte.gz")) {
      _ = try Inflator($0, .gzip, name: "x").read(atMost: 1 << 20)
    },
    Reader("cifar-10", records(labelBytes: 1)) { try readRecords($0, labelBytes: 1) },
    Reader("cifar-100", records(labelBytes: 2)) { try readRecords($0, labelBytes: 2) },
    Reader("model", try models()) { _ = try ModelFile($0, name: "x").model() },
  ]

  @Test(arguments: readers) func survives(_ reader: Reader) throws {
    let outcome = try Fuzzer.run(
      reader.testDescription, seeds: reader.seeds(), refusal: FormatError.self, reader.read)
    #expect(outcome.refused > Fuzzer.executions / 10, "the mutations hardly damage")
  }

  private static func readRecords(_ bytes: [UInt8], labelBytes: Int) throws {
    let (images, labels) = try CIFARBinary.records(bytes, name: "x", labelBytes: labelBytes)
    _ = try ImageSet(
      image: [32, 32, 3], classes: (0..<10).map(String.init), images: images, labels: labels,
      sources: ["x"], name: "x")
  }

  /// The smallest network of each family.
  private static func models() throws -> [[UInt8]] {
    let classifier = ClassifierArchitecture(
      .convnet, depth: 1, width: 2, image: [16, 16, 1], classes: 2)
    var initializer = Initializer(seed: 0)
    let models: [Model] = [
      .classifier(Classifier(classifier, seed: 0)),
      .autoencoder(
        Autoencoder(
          Autoencoder.Configuration(
            image: [16, 16, 1], side: 16, latentChannels: 1, blockChannels: [2, 2],
            layersPerBlock: 1, groups: 1), seed: 0)),
      .prior(
        DiffusionTransformer(
          DiffusionTransformer.Configuration(
            width: 4, depth: 1, heads: 1, patch: 2, latent: [4, 4, 1], classes: 2, mlpRatio: 1),
          initializer: &initializer)),
    ]
    return try models.map { try ModelFile.write($0) }
  }
}

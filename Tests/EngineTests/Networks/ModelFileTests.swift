import Foundation
import Testing

@testable import Engine

struct ModelFileTests {
  /// A network of each family whose buffers are not where they started.
  private static func model(_ family: String) -> Model {
    switch family {
    case "classifier":
      let network = Classifier(
        ClassifierArchitecture(.resnet, depth: 10, width: 4, image: [16, 16, 1], classes: 3),
        seed: 1)
      _ = network.forward(images(8), .training)
      return .classifier(network)
    case "autoencoder": return .autoencoder(AutoencoderTests.network())
    default: return .prior(DiffusionTransformerTests.network())
    }
  }

  private static func images(_ count: Int) -> Tensor {
    var random = Philox(seed: 1, .test)
    return random.normal([count, 16, 16, 1])
  }

  private static func output(_ model: Model) -> Tensor {
    switch model {
    case .classifier(let network): network.forward(images(4), .inference).logits
    case .autoencoder(let network): network.decode(network.encode(images(2)))
    case .prior(let network):
      network.forward(
        DiffusionTransformerTests.latents(), timesteps: DiffusionTransformerTests.timesteps,
        labels: DiffusionTransformerTests.labels, .inference)
    }
  }

  @Test(arguments: ["classifier", "autoencoder", "prior"]) func roundTrip(_ family: String) throws {
    let model = Self.model(family)
    let bytes = try ModelFile.write(model)
    let read = try ModelFile(bytes, name: "x").model()
    #expect(relativeDifference(Self.output(read), Self.output(model)) < 5e-3)
    for (one, other) in zip(model.parameters, read.parameters) {
      #expect(one.name == other.name && one.value.shape == other.value.shape)
      if !one.isTrainable { #expect(one.value.values == other.value.values, "\(one.name)") }
    }
    // Nothing is lost a second time.
    #expect(try ModelFile.write(read) == bytes)
    if case .autoencoder(let network) = read {
      #expect(network.configuration == AutoencoderTests.network().configuration)
    }
  }

  /// Convolutions are [out, in, kh, kw] in files, as PyTorch's.
  @Test func arraysAreAsInPyTorch() throws {
    let model = Self.model("classifier")
    let file = try SafeTensors.read(try ModelFile.write(model), name: "x")
    let raw = try #require(file.tensors["layer2.0.conv1.weight"])
    let parameter = try #require(model.parameters.first { $0.name == "layer2.0.conv1.weight" })
    #expect(raw.shape == [8, 4, 3, 3] && raw.number == .f16)
    let expected = permuted(parameter.value, [3, 2, 0, 1])
    #expect(relativeDifference(Tensor(raw.floats, shape: raw.shape), expected) < 1e-3)
    #expect(file.tensors["bn1.running_var"]?.number == .f32)
  }

  private func expectRefused(
    _ family: String = "classifier", _ change: (inout SafeTensors) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var file = try SafeTensors.read(try ModelFile.write(Self.model(family)), name: "x")
    change(&file)
    let bytes = try file.write()
    let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) {
      try ModelFile(bytes, name: "broken.safetensors").model()
    }
    #expect(
      error?.message.contains("broken.safetensors") == true, sourceLocation: sourceLocation)
  }

  @Test func badArraysAreRefused() throws {
    try expectRefused { $0.tensors["fc.bias"] = nil }
    try expectRefused { $0.tensors["bn1.running_mean"] = nil }
    try expectRefused { $0.tensors["fc.bias"] = RawTensor(f16: [1, 2], shape: [2]) }
    try expectRefused { $0.tensors["fc.bias"] = RawTensor(i32: [1, 2, 3], shape: [3]) }
    // The right elements in the order of this side.
    try expectRefused {
      $0.tensors["conv1.weight"] = RawTensor(
        f16: Array(repeating: 0, count: 36), shape: [3, 3, 1, 4])
    }
    for value in [Float.nan, .infinity, -.infinity] {
      try expectRefused { $0.tensors["fc.bias"] = RawTensor(f16: [0, value, 0], shape: [3]) }
      try expectRefused {
        $0.tensors["bn1.running_var"] = RawTensor(f32: [1, 1, value, 1], shape: [4])
      }
    }
  }

  @Test func foreignMetadataIsRefused() throws {
    try expectRefused { $0.metadata = [:] }
    try expectRefused { $0.metadata = ["format": "pt"] }
    try expectRefused { $0.metadata["family"] = "generator" }
    try expectRefused { $0.metadata["family"] = "prior" }
    try expectRefused { $0.metadata["configuration"] = nil }
    try expectRefused { $0.metadata["configuration"] = "{}" }
    try expectRefused { $0.metadata["configuration"] = "[" }
  }

  /// Sizes that contradict the arrays, fit no network or would overflow: an error, never a trap,
  /// and no memory for what the file cannot hold.
  @Test(arguments: [
    ("classifier", "\"width\":4", "\"width\":5"), ("classifier", "\"width\":4", "\"width\":-4"),
    ("classifier", "\"width\":4", "\"width\":9223372036854775807"),
    ("classifier", "\"width\":4", "\"width\":4096"),
    ("classifier", "\"depth\":10", "\"depth\":11"),
    ("classifier", "\"classes\":3", "\"classes\":0"),
    ("classifier", "[16,16,1]", "[16,16]"), ("classifier", "[16,16,1]", "[0,0,1]"),
    ("classifier", "[16,16,1]", "[9223372036854775807,9223372036854775807,1]"),
    ("autoencoder", "[4,8]", "[4,8,8,8,8,8]"), ("autoencoder", "[4,8]", "[]"),
    ("autoencoder", "[4,8]", "[4,9223372036854775806]"), ("autoencoder", "[4,8]", "[1024,1024]"),
    ("autoencoder", "\"groups\":2", "\"groups\":0"),
    ("autoencoder", "\"side\":18", "\"side\":9223372036854775807"),
    ("prior", "\"mlpRatio\":4", "\"mlpRatio\":9223372036854775807"),
    ("prior", "\"mlpRatio\":4", "\"mlpRatio\":3"),
    ("prior", "[6,4,3]", "[9223372036854775806,4,3]"),
    ("prior", "[6,4,3]", "[4294967296,4294967296,3]"),
    ("prior", "[6,4,3]", "[6,4,9223372036854775807]"), ("prior", "[6,4,3]", "[6,4]"),
    ("prior", "[6,4,3]", "[128,128,3]"), ("prior", "[6,4,3]", "[0,4,3]"),
    ("prior", "\"patch\":2", "\"patch\":0"),
    ("prior", "\"heads\":2", "\"heads\":0"), ("prior", "\"heads\":2", "\"heads\":-2"),
    ("prior", "\"width\":24", "\"width\":4096"), ("prior", "\"depth\":2", "\"depth\":64"),
  ])
  func lyingHeadersAreRefused(_ s: (family: String, honest: String, lie: String)) throws {
    try expectRefused(s.family) { file in
      let honest = file.metadata["configuration"] ?? ""
      let lie = honest.replacing(s.honest, with: s.lie)
      #expect(lie != honest, "\(honest)")
      file.metadata["configuration"] = lie
    }
  }

  /// Sizes that the arrays cannot fill are refused before a network of them takes memory.
  @Test(arguments: [
    ClassifierArchitecture(.convnet, depth: 1, width: 1024, image: [64, 64, 1], classes: 1000),
    ClassifierArchitecture(.convnet, depth: 4, width: 1024, image: [16, 16, 1], classes: 2),
    ClassifierArchitecture(.resnet, depth: 18, width: 64, image: [16, 16, 1], classes: 2),
  ])
  func largeNetworksOfSmallFiles(_ architecture: ClassifierArchitecture) throws {
    var file = try SafeTensors.read(ModelFile.write(Self.model("classifier")), name: "x")
    file.metadata["configuration"] = String(
      decoding: try JSONEncoder().encode(architecture), as: UTF8.self)
    // More than the square of the widest layer.
    file.tensors["x"] = RawTensor(f16: [Float](repeating: 0, count: 1 << 21), shape: [1 << 21])
    file.tensors["y"] = RawTensor(u8: [UInt8](repeating: 0, count: 1 << 25), shape: [1 << 25])
    let bytes = try file.write()
    let error = #expect(throws: FormatError.self) { try ModelFile(bytes, name: "x").model() }
    #expect(error.map { "\($0)" }?.contains("holds less") == true)
  }

  /// Cut anywhere, or with a byte of the header changed: an error or a network, never a trap.
  @Test func damagedFiles() throws {
    let bytes = try ModelFile.write(Self.model("prior"))
    for length in stride(from: 0, to: bytes.count, by: 997) {
      #expect(throws: FormatError.self) {
        try ModelFile(Array(bytes.prefix(length)), name: "x").model()
      }
    }
    let header = bytes[..<8].enumerated().reduce(8) { $0 + Int($1.element) << (8 * $1.offset) }
    var random = Philox(seed: 1, .test)
    var refused = 0
    for _ in 0..<150 {
      var damaged = bytes
      damaged[random.integer(below: header)] ^= UInt8(1 << random.integer(below: 8))
      do { _ = try ModelFile(damaged, name: "x").model() } catch is FormatError { refused += 1 }
    }
    #expect(refused > 100)
  }
}

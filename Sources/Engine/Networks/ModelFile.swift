import Foundation

/// A network with its weights: what a model file holds.
public enum Model {
  case classifier(Classifier)
  case autoencoder(Autoencoder)
  case prior(DiffusionTransformer)

  var parameters: [Parameter] {
    switch self {
    case .classifier(let network): network.parameters
    case .autoencoder(let network): network.parameters
    case .prior(let network): network.parameters
    }
  }
}

/// A model file: safetensors with trainable weights in half precision, buffers in single, arrays
/// and names as PyTorch has them, and the network's family and sizes in `__metadata__`.
public struct ModelFile {
  /// Bytes of the largest file that is read as one.
  public static let mostBytes = 1 << 30

  private static let family = "family"
  private static let configuration = "configuration"
  private static let training = "training"

  private enum Family: String { case classifier, autoencoder, prior }

  private let file: SafeTensors
  private let kind: Family
  /// For errors.
  private let name: String

  /// - Parameter name: the file's name, for errors.
  /// - Throws: `FormatError` for a file that is damaged, or is no model.
  public init(_ bytes: [UInt8], name: String) throws {
    file = try SafeTensors.read(bytes, name: name)
    guard let kind = file.metadata[Self.family].flatMap(Family.init) else {
      throw Self.corrupt("\(name) does not say which psrdb network it holds")
    }
    self.kind = kind
    self.name = name
  }

  /// The bytes of a model file.
  /// - Parameter notes: what it was trained on and how, for `notes` to read.
  public static func write(_ model: Model, notes: [String: String] = [:]) throws -> [UInt8] {
    let (kind, sizes): (Family, any Encodable) =
      switch model {
      case .classifier(let network): (.classifier, network.architecture)
      case .autoencoder(let network): (.autoencoder, network.configuration)
      case .prior(let network): (.prior, network.configuration)
      }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var file = SafeTensors(metadata: [
      "format": "psrdb", family: kind.rawValue,
      configuration: String(decoding: try encoder.encode(sizes), as: UTF8.self),
    ])
    if !notes.isEmpty {
      file.metadata[training] = String(decoding: try encoder.encode(notes), as: UTF8.self)
    }
    for parameter in model.parameters {
      let value = exchanged(parameter)
      file.tensors[parameter.name] =
        parameter.isTrainable
        ? RawTensor(f16: value.values, shape: value.shape)
        : RawTensor(f32: value.values, shape: value.shape)
    }
    return try file.write()
  }

  /// What it says of the network's training; empty where it says nothing.
  public var notes: [String: String] {
    let text = file.metadata[Self.training] ?? "{}"
    return (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
  }

  /// Builds the network and fills it.
  /// - Throws: `FormatError` for sizes that fit no network, or an array that is missing, of another
  ///   shape or not finite.
  public func model() throws -> Model {
    let model = try build()
    for parameter in model.parameters {
      guard let raw = file.tensors[parameter.name] else {
        throw Self.corrupt("\(name) lacks the array \(parameter.name)")
      }
      let expected = Self.exchangedShape(parameter)
      guard raw.shape == expected else {
        throw Self.corrupt("\(name): \(parameter.name) is \(raw.shape), not \(expected)")
      }
      guard raw.integers == nil else {
        throw Self.corrupt("\(name): \(parameter.name) has integers for weights")
      }
      let value = Tensor(raw.floats, shape: raw.shape)
      guard value.isFinite else {
        throw Self.corrupt("\(name): \(parameter.name) has infinite or undefined numbers")
      }
      parameter.value = parameter.layout == .convolution ? Self.transposed(fromFile: value) : value
    }
    return model
  }

  private func build() throws -> Model {
    let sizes = Data((file.metadata[Self.configuration] ?? "").utf8)
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
      do { return try JSONDecoder().decode(type, from: sizes) } catch {
        throw Self.corrupt("\(name): its metadata describes no network")
      }
    }
    switch kind {
    case .classifier:
      let a = try decode(ClassifierArchitecture.self)
      guard a.isValid else { throw Self.corrupt("\(name): no classifier has the sizes \(a)") }
      try expect(atLeast: Self.leastElements(a))
      return .classifier(Classifier(a, seed: 0))
    case .autoencoder:
      let c = try decode(Autoencoder.Configuration.self)
      guard c.isValid else { throw Self.corrupt("\(name): no autoencoder has the sizes \(c)") }
      // Of each level's convolutions, encoder and decoder, those that keep its channels.
      try expect(atLeast: c.blockChannels.reduce(0) { $0 + 4 * c.layersPerBlock * 9 * $1 * $1 })
      return .autoencoder(Autoencoder(c, seed: 0))
    case .prior:
      let c = try decode(DiffusionTransformer.Configuration.self)
      guard
        c.latent.allSatisfy({ $0 <= 128 }) && c.mlpRatio <= 16 && c.width <= 4096 && c.depth <= 64
          && c.classes <= 1000 && c.isValid
          // What a sample's attention takes; psrdb's own priors have 6 heads of 16 to 64 tokens.
          && c.heads * c.tokens * c.tokens <= 1 << 24
      else { throw Self.corrupt("\(name): no diffusion transformer has the sizes \(c)") }
      let patches = c.patch * c.patch * (c.latent.last ?? 0) * c.width
      try expect(atLeast: c.depth * (10 + 2 * c.mlpRatio) * c.width * c.width + 2 * patches)
      var initializer = Initializer(seed: 0)
      return .prior(DiffusionTransformer(c, initializer: &initializer))
    }
  }

  /// No more elements than a classifier has: those of its largest layers.
  private static func leastElements(_ a: ClassifierArchitecture) -> Int {
    let square = a.width * a.width
    switch a.family {
    case .convnet:
      // 3×3 convolutions from width to width behind the first, and the head.
      let side = (a.image[0] + (a.image[2] == 1 ? 4 : 0)) >> a.depth
      return 9 * square * (a.depth - 1) + side * side * a.width * a.classes
    case .resnet:
      // The last of four stages, eight times as wide: its 3×3 convolutions but the first, which
      // comes from the stage before.
      return 9 * 64 * square * (a.depth > 10 ? 3 : 1)
    case .mlp: return a.width * (a.image.reduce(1, *) + a.width + a.classes)
    }
  }

  /// Sizes are believed, and memory taken for them, only if the arrays could fill the network.
  private func expect(atLeast elements: Int) throws {
    let floats = file.tensors.values.filter { [.f16, .f32].contains($0.number) }
    let held = floats.reduce(0) { $0 + $1.bytes.count / $1.number.size }
    if held < elements {
      throw Self.corrupt("\(name) holds less than the sizes in its metadata need")
    }
  }

  private static func corrupt(_ message: String) -> FormatError {
    FormatError(.corrupt, message, remedy: "Make it with psrdb train, or fetch it again.")
  }

  private static func exchangedShape(_ parameter: Parameter) -> [Int] {
    let s = parameter.value.shape
    return parameter.layout == .convolution ? [s[3], s[2], s[0], s[1]] : s
  }

  /// The array as files have it.
  private static func exchanged(_ parameter: Parameter) -> Tensor {
    guard parameter.layout == .convolution else { return parameter.value }
    let s = parameter.value.shape
    let (taps, inputs, outputs) = (s[0] * s[1], s[2], s[3])
    let result = Tensor(uninitialized: exchangedShape(parameter))
    for tap in 0..<taps {
      for i in 0..<inputs {
        for o in 0..<outputs {
          result[(o * inputs + i) * taps + tap] = parameter.value[(tap * inputs + i) * outputs + o]
        }
      }
    }
    return result
  }

  private static func transposed(fromFile value: Tensor) -> Tensor {
    let s = value.shape
    let (outputs, inputs, taps) = (s[0], s[1], s[2] * s[3])
    let result = Tensor(uninitialized: [s[2], s[3], inputs, outputs])
    for tap in 0..<taps {
      for i in 0..<inputs {
        for o in 0..<outputs {
          result[(tap * inputs + i) * outputs + o] = value[(o * inputs + i) * taps + tap]
        }
      }
    }
    return result
  }
}

/// A teacher, judge or student: a body that ends in features and a linear head.
public final class Classifier {
  public let architecture: ClassifierArchitecture
  let body: Sequential
  private let head: Linear

  /// Weights from the stream (seed, `.initialization`).
  public init(_ architecture: ClassifierArchitecture, seed: UInt64) {
    self.architecture = architecture
    var initializer = Initializer(seed: seed)
    switch architecture.family {
    case .convnet: (body, head) = convNet(architecture, &initializer)
    case .resnet: (body, head) = resNet(architecture, &initializer)
    case .mlp: (body, head) = multilayerPerceptron(architecture, &initializer)
    }
  }

  public var parameters: [Parameter] { body.parameters + head.parameters }

  /// D of `forward`.
  public var featureSize: Int { head.inputs }

  /// Normalised images [N, H, W, C] → features [N, D], what the head sees, and logits [N, K].
  public func forward(_ images: Tensor, _ pass: Pass) -> (features: Tensor, logits: Tensor) {
    if pass == .inference && images.rows > group { return inferInGroups(images) }
    let features = body.forward(images, pass)
    return (features, head.forward(features, pass))
  }

  /// Images that go through the whole network on one thread at most: their activations stay in a
  /// cache, and transformed weights are read from memory for enough of them. In inference an
  /// image's outputs do not depend on its company.
  private let group = 64

  private func inferInGroups(_ images: Tensor) -> (features: Tensor, logits: Tensor) {
    let features = Tensor(uninitialized: [images.rows, featureSize])
    let logits = Tensor(uninitialized: [images.rows, head.outputs])
    parallel(images.rows, evenly: group) { rows in
      let (own, outputs) = forward(images.rows(rows), .inference)
      features.setRows(at: rows.lowerBound, own)
      logits.setRows(at: rows.lowerBound, outputs)
    }
    return (features, logits)
  }

  /// The loss's gradient by the images, from the one by the features.
  public func backward(features: Tensor) -> Tensor { body.backward(features) }

  /// The parameters' gradients alone.
  public func backwardParameters(_ logits: Tensor) {
    body.backwardParameters(head.backward(logits))
  }
}

/// Names as in VICO-UoE/DatasetCondensation: features.0 (convolution), features.1 (norm), …
private func convNet(_ a: ClassifierArchitecture, _ initializer: inout Initializer)
  -> (Sequential, Linear)
{
  var layers: [any Layer] = []
  var (height, width, channels) = (a.image[0], a.image[1], a.image[2])
  for block in 0..<a.depth {
    // Grey images get a border of three, so 28×28 becomes 32×32 after the first convolution.
    let padding = block == 0 && channels == 1 ? 3 : 1
    let (convolution, norm) = ("features.\(block * 4)", "features.\(block * 4 + 1)")
    if block == 0 {
      layers.append(
        Stem(
          convolution: convolution, norm: norm, channels, a.width, padding: padding, &initializer))
    } else {
      layers.append(Convolution(convolution, channels, a.width, padding: padding, &initializer))
      layers.append(
        GroupNorm(norm, groups: a.width, channels: a.width, activation: .relu, pools: true))
    }
    (height, width) = ((height + 2 * padding - 2) / 2, (width + 2 * padding - 2) / 2)
    channels = a.width
  }
  layers.append(Flatten())
  return (
    Sequential(layers),
    Linear("classifier", height * width * channels, a.classes, .pytorch, &initializer)
  )
}

/// Names as in torchvision: conv1, bn1, layer1.0.conv1, …, fc.
private func resNet(_ a: ClassifierArchitecture, _ initializer: inout Initializer)
  -> (Sequential, Linear)
{
  var layers: [any Layer] = [
    Convolution("conv1", a.image[2], a.width, bias: false, &initializer),
    BatchNorm("bn1", a.width, activation: .relu),
  ]
  var channels = a.width
  for stage in 0..<4 {
    for block in 0..<(a.depth == 18 ? 2 : 1) {
      let outputs = a.width << stage
      layers.append(
        ResidualBlock(
          "layer\(stage + 1).\(block)", channels, outputs,
          stride: stage > 0 && block == 0 ? 2 : 1, &initializer))
      channels = outputs
    }
  }
  layers.append(GlobalAveragePool())
  return (Sequential(layers), Linear("fc", channels, a.classes, .pytorch, &initializer))
}

private func multilayerPerceptron(_ a: ClassifierArchitecture, _ initializer: inout Initializer)
  -> (Sequential, Linear)
{
  var layers: [any Layer] = [Flatten()]
  var inputs = a.image.reduce(1, *)
  for layer in 0..<a.depth {
    layers.append(Linear("hidden.\(layer)", inputs, a.width, .pytorch, &initializer))
    layers.append(ReLU())
    inputs = a.width
  }
  return (Sequential(layers), Linear("classifier", inputs, a.classes, .pytorch, &initializer))
}

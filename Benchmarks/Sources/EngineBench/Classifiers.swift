import Engine

/// Training steps (forward, backward, SGD) and inference of a classifier on random images.
func classifierWorkload(
  _ name: String, image: [Int], batch: Int, trains: Bool, bar: Double
) -> Workload {
  let architecture = ClassifierArchitecture(named: name, image: image, classes: 10)!
  let network = Classifier(architecture, seed: 1)
  var random = Philox(seed: 1, .test)
  let images = random.normal([batch] + image)
  let targets = oneHot((0..<batch).map { $0 % 10 }, classes: 10)
  let optimizer = SGD(network.parameters, momentum: 0.9, decay: 5e-4)
  let (forward, first) = operations(architecture)
  let shape = image.map(String.init).joined(separator: "×")
  return Workload(
    id: "\(name) \(trains ? "training" : "inference") \(batch) \(image[0]) \(image[2])",
    name: "\(name) \(trains ? "training" : "inference"), \(shape), batch \(batch)",
    unit: "images/s", items: batch, bar: bar,
    operations: Double(batch) * (trains ? 3 * forward - first : forward),
    weights: network.parameters.trainableCount
  ) {
    seconds {
      guard trains else {
        _ = network.forward(images, .inference)
        return
      }
      network.parameters.zeroGradients()
      let (_, logits) = network.forward(images, .training)
      network.backwardParameters(softmaxLoss(logits, targets: targets).gradient)
      optimizer.step(rate: 0.01)
    }
  }
}

/// Operations of one image's forward pass, and those of the first convolution, whose input needs
/// no gradient.
private func operations(_ a: ClassifierArchitecture) -> (all: Double, first: Double) {
  func convolution(_ side: Int, _ inputs: Int, _ outputs: Int, kernel: Int = 3) -> Double {
    Double(2 * side * side * kernel * kernel * inputs * outputs)
  }
  var side = a.image[0]
  var first = 0.0
  var all = 0.0
  switch a.family {
  case .convnet:
    for block in 0..<a.depth {
      if block == 0 && a.image[2] == 1 { side += 4 }
      let inputs = block == 0 ? a.image[2] : a.width
      all += convolution(side, inputs, a.width)
      if block == 0 { first = all }
      side /= 2
    }
  case .resnet:
    first = convolution(side, a.image[2], a.width)
    all = first
    var channels = a.width
    for stage in 0..<4 {
      let outputs = a.width << stage
      for block in 0..<(a.depth == 18 ? 2 : 1) {
        if stage > 0 && block == 0 { side = (side + 1) / 2 }
        if channels != outputs { all += convolution(side, channels, outputs, kernel: 1) }
        all += convolution(side, channels, outputs) + convolution(side, outputs, outputs)
        channels = outputs
      }
    }
  case .mlp: break
  }
  return (all, first)
}

import Testing

@testable import Engine

struct ClassifierTests {
  static let architectures = [
    ClassifierArchitecture(.convnet, depth: 2, width: 4, image: [16, 16, 1], classes: 3),
    ClassifierArchitecture(.resnet, depth: 10, width: 2, image: [16, 16, 3], classes: 3),
    ClassifierArchitecture(.mlp, depth: 2, width: 8, image: [16, 16, 1], classes: 3),
  ]

  private func images(_ a: ClassifierArchitecture) -> Tensor {
    var random = Philox(seed: 1, .test)
    return random.normal([4] + a.image)
  }

  /// A convolution's bias before instance normalisation changes nothing: no gradient to compare.
  private func isWithoutEffect(_ name: String, _ a: ClassifierArchitecture) -> Bool {
    a.family == .convnet && (0..<a.depth).contains { name == "features.\($0 * 4).bias" }
  }

  @Test(arguments: architectures) func parameterGradients(_ a: ClassifierArchitecture) {
    let network = Classifier(a, seed: 1)
    let images = images(a)
    var random = Philox(seed: 2, .test)
    let weights = random.normal([4, 3])
    network.parameters.zeroGradients()
    _ = network.forward(images, .training)
    network.backwardParameters(weights)
    for parameter in network.parameters where parameter.isTrainable {
      if isWithoutEffect(parameter.name, a) {
        #expect(parameter.gradient.values.allSatisfy { abs($0) < 1e-5 }, "\(parameter.name)")
        continue
      }
      let error = gradientError(
        of: parameter.gradient, by: parameter, step: 5e-4, limit: 24
      ) {
        projection(network.forward(images, .training).logits, on: weights)
      }
      #expect(error < 5e-2, "\(parameter.name)")
    }
  }

  @Test(arguments: architectures) func frozenInputGradient(_ a: ClassifierArchitecture) {
    let network = Classifier(a, seed: 1)
    let images = images(a)
    var random = Philox(seed: 2, .test)
    let weights = random.normal([4, network.forward(images, .inference).features.rowSize])
    let running = network.parameters.filter { !$0.isTrainable }.map(\.value.values)
    _ = network.forward(images, .frozen)
    let gradient = network.backward(features: weights)
    let error = gradientError(of: gradient, by: images, step: 1e-3) {
      projection(network.forward(images, .frozen).features, on: weights)
    }
    #expect(error < 4e-2)
    #expect(network.parameters.allSatisfy { $0.gradient.values.allSatisfy { $0 == 0 } })
    #expect(network.parameters.filter { !$0.isTrainable }.map(\.value.values) == running)
  }

  /// The head sees the features: logits are theirs times the last weight plus the last bias.
  @Test(arguments: architectures) func featuresAreWhatTheHeadSees(_ a: ClassifierArchitecture) {
    let network = Classifier(a, seed: 1)
    let (features, logits) = network.forward(images(a), .inference)
    let parameters = network.parameters
    let weight = parameters[parameters.count - 2].value
    let bias = parameters[parameters.count - 1].value
    #expect(logits.shape == [4, 3] && features.shape == [4, weight.shape[1]])
    for row in 0..<4 {
      for k in 0..<3 {
        let sum = (0..<features.rowSize).reduce(Double(bias[k])) {
          $0 + Double(features[row * features.rowSize + $1] * weight[k * features.rowSize + $1])
        }
        #expect(abs(sum - Double(logits[row * 3 + k])) < 1e-4)
      }
    }
  }
}

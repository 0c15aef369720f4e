/// How well students would learn from a set, and how to change its images so that they learn
/// better: at every step a student's network with fresh weights sees the set and real training
/// images, and `RidgeRegression` from the one's features predicts the other's soft labels.
///
/// Fresh weights at every step are one of the sources' choices (RFAD: Loo et al., 2022); FRePo keeps
/// a pool of networks in training. Both sides are shown through one random view a step.
struct SetLoss {
  /// Real images a step at most, as many of each class as can be.
  static let realImages = 500
  /// Members a step at most; a larger set is sampled.
  static let members = 512

  let architecture: ClassifierArchitecture
  let real: TrainingImages
  /// What a student should say of each real image [N, K].
  let targets: Tensor
  let flips: Bool
  let seed: UInt64
  private let byClass: [[Int]]

  init(
    _ architecture: ClassifierArchitecture, real: TrainingImages, targets: Tensor, flips: Bool,
    seed: UInt64
  ) {
    precondition(targets.rows == real.count && targets.rowSize == real.classes)
    self.architecture = architecture
    self.real = real
    self.targets = targets
    self.flips = flips
    self.seed = seed
    var byClass = [[Int]](repeating: [], count: real.classes)
    for (place, label) in real.labels.enumerated() { byClass[label].append(place) }
    self.byClass = byClass.filter { !$0.isEmpty }
  }

  /// What one step draws.
  struct Draw {
    var network: Classifier
    var view: View
    var real: [Int]
    var members: [Int]
  }

  func draw(step: Int, members count: Int) -> Draw {
    var random = Philox(seed: seed, .refinement, step: step)
    let network = Classifier(architecture, seed: random.next())
    let view = View(
      mirrored: random.integer(below: 2) == 1 && flips, down: random.integer(below: 5) - 2,
      right: random.integer(below: 5) - 2)
    let offset = random.integer(below: byClass.count)
    let places = (0..<SetLoss.realImages).map { i in
      let places = byClass[(offset + i) % byClass.count]
      return places[random.integer(below: places.count)]
    }
    let members =
      count <= SetLoss.members
      ? Array(0..<count) : Array(random.permutation(count).prefix(SetLoss.members).sorted())
    return Draw(network: network, view: view, real: places, members: members)
  }

  /// The loss of the drawn members' images (normalised, [n, H, W, C]) with their labels, and its
  /// gradient by the images; nil if the regression cannot be solved.
  func gradient(_ draw: Draw, _ images: Tensor, labels: [Int]) -> (loss: Float, gradient: Tensor)? {
    let (features, _) = draw.network.forward(
      draw.view.apply(real.batch(draw.real, .standard)), .inference)
    let (own, _) = draw.network.forward(draw.view.apply(images), .frozen)
    guard
      let (loss, byFeatures) = RidgeRegression().gradient(
        set: own, labels: centred(oneHot(labels, classes: real.classes)), real: features,
        targets: centred(targets.gather(draw.real)))
    else { return nil }
    return (loss, draw.view.backward(draw.network.backward(features: byFeatures)))
  }

  /// Regression has no constant term: labels are taken as deviations from 1/K.
  private func centred(_ labels: Tensor) -> Tensor {
    let result = labels.copy()
    for i in 0..<result.count { result.pointer[i] -= 1 / Float(labels.rowSize) }
    return result
  }
}

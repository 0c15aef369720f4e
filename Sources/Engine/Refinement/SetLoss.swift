/// How well students would learn from a set, and how to change its images so that they learn
/// better: at every step students' networks with fresh weights see the set and real training
/// images, and `RidgeRegression` from the one's features predicts the other's soft labels.
///
/// Fresh weights at every step, and the features of several networks beside each other, whose
/// inner products vary less than one network's, are RFAD's (Loo et al., "Efficient dataset
/// distillation using random feature approximation", NeurIPS 2022); FRePo keeps a pool of networks
/// in training. Both sides are shown through one random view a step.
struct SetLoss {
  /// Members a step at most; a larger set is sampled.
  static let members = 512

  let architecture: ClassifierArchitecture
  let real: TrainingImages
  /// What a student should say of each real image [N, K].
  let targets: Tensor
  let flips: Bool
  let seed: UInt64
  /// Networks a step.
  let networks: Int
  /// Real images a step at most, as many of each class as can be: 20 for each member, and 500 where
  /// that is less (docs/EXPERIMENTS.md).
  let most: Int
  /// Bytes that networks may keep of the members between seeing them and going back.
  var memory = 1 << 30
  private let byClass: [[Int]]

  init(
    _ architecture: ClassifierArchitecture, real: TrainingImages, targets: Tensor, flips: Bool,
    seed: UInt64, networks: Int, most: Int
  ) {
    precondition(targets.rows == real.count && targets.rowSize == real.classes)
    self.architecture = architecture
    self.real = real
    self.targets = targets
    self.flips = flips
    self.seed = seed
    self.networks = networks
    self.most = most
    var byClass = [[Int]](repeating: [], count: real.classes)
    for (place, label) in real.labels.enumerated() { byClass[label].append(place) }
    self.byClass = byClass.filter { !$0.isEmpty }
  }

  /// What one step draws.
  struct Draw {
    /// Seeds of the networks.
    var networks: [UInt64]
    var view: View
    var real: [Int]
    var members: [Int]
  }

  func draw(step: Int, members count: Int) -> Draw {
    var random = Philox(seed: seed, .refinement, step: step)
    let networks = (0..<networks).map { _ in random.next() }
    let view = View(
      mirrored: random.integer(below: 2) == 1 && flips, down: random.integer(below: 5) - 2,
      right: random.integer(below: 5) - 2)
    let offset = random.integer(below: byClass.count)
    let places = (0..<min(most, max(500, 20 * count))).map { i in
      let places = byClass[(offset + i) % byClass.count]
      return places[random.integer(below: places.count)]
    }
    let members =
      count <= SetLoss.members
      ? Array(0..<count) : Array(random.permutation(count).prefix(SetLoss.members).sorted())
    return Draw(networks: networks, view: view, real: places, members: members)
  }

  /// The loss of the drawn members' images (normalised, [n, H, W, C]) with their labels, and its
  /// gradient by the images; nil if the regression cannot be solved.
  ///
  /// The regression needs the features of all networks before one can go back. Those whose activations
  /// have no room meanwhile see the members a second time.
  func gradient(_ draw: Draw, _ images: Tensor, labels: [Int]) -> (loss: Float, gradient: Tensor)? {
    let (shown, shownReal) = (
      draw.view.apply(images), draw.view.apply(real.batch(draw.real, .standard))
    )
    let room = memory / activations(of: shown)
    var kept: [Classifier] = []
    let features = draw.networks.map { seed in
      let network = Classifier(architecture, seed: seed)
      if kept.count < room { kept.append(network) }
      return (
        real: network.forward(shownReal, .inference).features,
        set: network.forward(shown, .frozen).features
      )
    }
    guard
      let (loss, byFeatures) = RidgeRegression().gradient(
        set: beside(features.map(\.set)),
        labels: centred(oneHot(labels, classes: real.classes)),
        real: beside(features.map(\.real)), targets: centred(targets.gather(draw.real)))
    else { return nil }
    let byShown = Tensor(zeros: images.shape)
    for (place, part) in split(byFeatures).enumerated() {
      if place < kept.count {
        byShown.add(kept[place].backward(features: part))
      } else {
        let network = Classifier(architecture, seed: draw.networks[place])
        _ = network.forward(shown, .frozen)
        byShown.add(network.backward(features: part))
      }
    }
    return (loss, draw.view.backward(byShown))
  }

  /// Bytes that a network keeps of images to go back, by measurement: two of its first layer's outputs.
  private func activations(of images: Tensor) -> Int {
    let pixels = images.shape[..<3].reduce(1, *)
    return max(1, 2 * pixels * architecture.width * MemoryLayout<Float>.size)
  }

  /// The networks' features [n, D] as one matrix [n, networks · D].
  private func beside(_ parts: [Tensor]) -> Tensor {
    let (n, size) = (parts[0].rows, parts[0].rowSize)
    let stacked = Tensor(uninitialized: [networks * n, size])
    for (place, part) in parts.enumerated() { stacked.setRows(at: place * n, part) }
    let rows = (0..<n * networks).map { $0 % networks * n + $0 / networks }
    return stacked.gather(rows).reshaped([n, networks * size])
  }

  /// What `beside` put together.
  private func split(_ features: Tensor) -> [Tensor] {
    let n = features.rows
    let rows = features.reshaped([n * networks, features.rowSize / networks])
    return (0..<networks).map { place in rows.gather((0..<n).map { $0 * networks + place }) }
  }

  /// Regression has no constant term: labels are taken as deviations from 1/K.
  private func centred(_ labels: Tensor) -> Tensor {
    let result = labels.copy()
    for i in 0..<result.count { result.pointer[i] -= 1 / Float(labels.rowSize) }
    return result
  }
}

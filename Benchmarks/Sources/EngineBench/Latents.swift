import Engine
import Foundation

/// The default models, whose sizes the peer reads from the same files.
struct DefaultModels {
  let teacher: Classifier
  let judge: Classifier
  let autoencoder: Autoencoder
  let prior: DiffusionTransformer

  init(folder: String) throws {
    func model(_ name: String) throws -> Model {
      let path = "\(folder)/\(name).safetensors"
      return try ModelFile([UInt8](Data(contentsOf: URL(filePath: path))), name: path).model()
    }
    guard case .classifier(let teacher) = try model("teacher"),
      case .classifier(let judge) = try model("judge"),
      case .autoencoder(let autoencoder) = try model("autoencoder"),
      case .prior(let prior) = try model("prior")
    else { throw BenchError("\(folder) holds other models than its names say.") }
    self.teacher = teacher
    self.judge = judge
    self.autoencoder = autoencoder
    self.prior = prior
  }
}

/// Guided sampling of latents with the default prior. The steps are fewer than `generate` makes;
/// their cost is the same each.
func samplingWorkload(_ models: DefaultModels) -> Workload {
  let (batch, steps) = (64, 4)
  let configuration = models.prior.configuration
  var random = Philox(seed: 1, .test)
  let noise = random.normal([batch] + configuration.latent)
  let labels = (0..<batch).map { $0 % configuration.classes }
  let guidance = Guidance(scale: 1.25)
  let schedule = NoiseSchedule(.cosine)
  let (width, tokens) = (Double(configuration.width), Double(configuration.tokens))
  let perToken = Double(8 + 4 * configuration.mlpRatio) * width * width + 4 * tokens * width
  let perSample = Double(configuration.depth) * (tokens * perToken + 12 * width * width)
  return Workload(
    id: "sampling", name: "prior sampling, guided, batch \(batch)", unit: "latents·steps/s",
    items: batch * steps, bar: 1.5, operations: perSample * Double(2 * batch * steps),
    weights: models.prior.parameters.trainableCount
  ) {
    seconds {
      _ = Sampler.ddim.sample(noise, steps: steps, schedule: schedule, prediction: .v) { x, t in
        guidance.output(of: models.prior, x, timestep: t, labels: labels)
      }
    }
  }
}

/// One step of refinement: a fresh student network sees 500 real images and the decoded set, ridge
/// regression between their features, the prior's residual at one timestep, all with gradients, and
/// Adam. Timed from one step's end to the next's, so that judging, which comes once for all steps,
/// is left out.
func refinementWorkload(_ models: DefaultModels) -> Workload {
  let batch = 64
  var settings = Refiner.Settings()
  // As peer.py: one network, as wide as a student, beside 500 real images.
  (settings.steps, settings.networks, settings.width, settings.real) = (3, 1, 128, 500)
  func real(_ count: Int, seed: UInt64) -> (images: TrainingImages, targets: Tensor) {
    var random = Philox(seed: seed, .test)
    let labels = (0..<count).map { $0 % 10 }
    return (
      TrainingImages(
        image: [28, 28, 1], classes: 10,
        bytes: (0..<count * 784).map { _ in UInt8(random.integer(below: 256)) }, labels: labels,
        mean: [0.286], sd: [0.353]),
      oneHot(labels, classes: 10)
    )
  }
  let refiner = Refiner(
    autoencoder: models.autoencoder, prior: models.prior, teacher: models.teacher,
    judge: models.judge, real: real(1000, seed: 5), held: real(20, seed: 6),
    formation: Formation(factor: 1), settings: settings, flips: true, seed: 1)
  var random = Philox(seed: 2, .test)
  let members = Refiner.Members(
    latents: random.normal([batch] + models.prior.configuration.latent),
    labels: (0..<batch).map { $0 % 10 }, settled: nil)
  let student = Classifier(
    ClassifierArchitecture(named: "convnet3", image: [28, 28, 1], classes: 10)!, seed: 1)
  let weights =
    student.parameters.trainableCount + models.prior.parameters.trainableCount
    + models.autoencoder.parameters.filter {
      $0.name.hasPrefix("decoder.") || $0.name.hasPrefix("post_quant_conv")
    }.trainableCount
  return Workload(
    id: "refinement", name: "refinement step, batch \(batch)", unit: "latents/s", items: batch,
    bar: 2, operations: nil, weights: weights
  ) {
    var ends: [ContinuousClock.Instant] = []
    // It is also told of the beginning, and while the outcome is judged.
    _ = try refiner.refine(
      members, rounded: { $0 }, progress: { if $0 > ends.count { ends.append(.now) } })
    let (whole, atto) = ends[0].duration(to: ends[ends.count - 1]).components
    return (Double(whole) + Double(atto) * 1e-18) / Double(ends.count - 1)
  }
}

/// From features to ranking: similarities of 1000 candidates with themselves and greedy facility
/// location.
func selectionWorkload() -> Workload {
  let (count, dimensions, picks) = (1000, 512, 50)
  var random = Philox(seed: 3, .test)
  let features = random.normal([count, dimensions])
  let ids = (0..<count).map(Int64.init)
  return Workload(
    id: "selection", name: "facility location, \(count)×\(dimensions), \(picks) picks", unit: nil,
    items: 1, bar: 9, operations: nil, weights: 0
  ) {
    try seconds {
      let candidates = try ClassCandidates(label: 0, ids: ids, features: features)
      _ = try FacilityLocation([:], seed: 0).extend(
        Ranking(), to: picks, over: candidates, memory: 1 << 30)
    }
  }
}

/// Multiply-adds of a large square matrix product, in operations a second: what the machine gives.
func matrixProductPeak() -> Double {
  let side = 2048
  var initializer = Initializer(seed: 1)
  let layer = Linear("peak", side, side, .pytorch, &initializer)
  var random = Philox(seed: 4, .test)
  let x = random.normal([side, side])
  let best = (0..<5).map { _ in seconds { _ = layer.forward(x, .inference) } }.min()!
  return 2 * Double(side * side * side) / best
}

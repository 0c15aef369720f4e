import Engine
import Store
import Testing

@testable import Stages

struct CandidateMakerTests {
  /// What `PriorTraining` learns to answer is what the samplers take its answers for.
  @Test(arguments: [Sampler.ddim, .dpmSolver])
  func samplesAreOfTheClassThePriorLearnt(_ sampler: Sampler) throws {
    // Eight dark and eight light images.
    let labels = (0..<16).map { $0 / 8 }
    let images = TrainingImages(
      image: [16, 16, 1], classes: 2,
      bytes: labels.flatMap { [UInt8](repeating: $0 == 0 ? 20 : 235, count: 256) },
      labels: labels, mean: [0.5], sd: [0.5])
    let autoencoder = Autoencoder(
      Autoencoder.Configuration(
        image: [16, 16, 1], side: 16, latentChannels: 1, blockChannels: [4], layersPerBlock: 1,
        groups: 1), seed: 0)
    let raw = autoencoder.encode(images.batch([0, 8], .symmetric)).values
    let mean = raw.reduce(0, +) / 512
    let variance = raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 512
    autoencoder.configuration.shift = mean
    autoencoder.configuration.scale = 1 / variance.squareRoot()

    let training = PriorTraining(
      width: 16, depth: 1, heads: 1, patch: 4, epochs: 800, batch: 16, rate: 5e-3, average: 0.9,
      flips: false)
    let prior = try training.run(images, autoencoder, checkpoint: nil) { _, _, _ in }
    let latents = autoencoder.encode(images.batch([0, 8], .symmetric))
    func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let between = distance(latents.values[..<256], latents.values[256...])
    for label in 0..<2 {
      let content = GenerateContent(
        generation: "g", plan: "", class: label, first: 0, seed: 1, prior: "", autoencoder: "",
        sampler: sampler.rawValue, steps: 20, guidance: 1)
      let drafts = try CandidateMaker(prior, autoencoder, content)
        .tensors(class: label, 0..<4) {}
      let draft = try #require(drafts.first { $0.name == "latent" })
      let made = RawTensor(.f16, shape: draft.shape, bytes: draft.bytes).floats
      for first in stride(from: 0, to: made.count, by: 256) {
        let own = latents.values[label * 256..<(label + 1) * 256]
        #expect(distance(made[first..<first + 256], own) < between / 2)
      }
    }
  }

  private func untrained() throws -> (DiffusionTransformer, Autoencoder) {
    guard case .prior(let prior) = RealPool.untrained(.prior, seed: 0),
      case .autoencoder(let autoencoder) = RealPool.untrained(.autoencoder, seed: 0)
    else { throw PoolError(.failure, "other networks") }
    return (prior, autoencoder)
  }

  /// In whatever batch or shard, whichever others there are: by seed, class and number alone.
  @Test func aCandidateIsTheSameInAnyBatch() throws {
    let (prior, autoencoder) = try untrained()
    // One that was never trained answers nothing.
    var weights = Initializer(seed: 4)
    for parameter in prior.parameters where parameter.isTrainable {
      parameter.value = weights.normal(parameter.value.shape, deviation: 0.2)
    }
    func made(_ range: Range<Int>, seed: UInt64 = 1, class label: Int = 1) throws -> [[UInt8]] {
      let content = GenerateContent(
        generation: "g", plan: "", class: label, first: 0, seed: seed, prior: "", autoencoder: "",
        sampler: Sampler.ddim.rawValue, steps: 2, guidance: 1.5)
      let drafts = try CandidateMaker(prior, autoencoder, content).tensors(class: label, range) {}
      let bytes = try #require(drafts.first).bytes
      let size = bytes.count / range.count
      return range.indices.map { place in
        let start = (place - range.lowerBound) * size
        return Array(bytes[start..<start + size])
      }
    }
    let whole = try made(0..<70)
    #expect(Set(whole).count == 70)
    for range in [3..<5, 60..<68, 69..<70] {
      #expect(try made(range) == Array(whole[range]), "\(range)")
    }
    #expect(try made(0..<1, seed: 2) != [whole[0]])
    #expect(try made(0..<1, class: 0) != [whole[0]])
  }

  @Test func latentsThatAreNoNumbersAreRefused() throws {
    let (prior, autoencoder) = try untrained()
    let last = try #require(prior.parameters.last { $0.name.hasSuffix("bias") })
    last.value.fill(.infinity)
    last.changed()
    let content = GenerateContent(
      generation: "g", plan: "", class: 0, first: 0, seed: 1, prior: "", autoencoder: "",
      sampler: Sampler.ddim.rawValue, steps: 1, guidance: 1)
    let maker = try CandidateMaker(prior, autoencoder, content)
    #expect(RealPool.code { _ = try maker.tensors(class: 0, 0..<2) {} } == .failure)
  }
}

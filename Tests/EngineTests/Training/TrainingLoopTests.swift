import Foundation
import Testing

@testable import Engine

struct TrainingLoopTests {
  /// The trainings that share the loop: SGD with buffers, AdamW, and AdamW with an average.
  enum Kind: CaseIterable, Sendable {
    case classifier, autoencoder, prior

    /// The weights after two epochs of three steps.
    func run(
      seed: UInt64 = 5, checkpoint: String? = nil, data: String = "",
      progress: TrainingProgress = { _, _, _ in }
    ) throws -> [[Float]] {
      let images = try RealImages.first(27)
      switch self {
      case .classifier:
        let training = ClassifierTraining(
          architecture: "resnet10-2", epochs: 2, batch: 8, shift: 2, seed: seed)
        return try training.run(images, checkpoint: checkpoint, data: data, progress: progress)
          .parameters.map(\.value.values)
      case .autoencoder:
        let training = AutoencoderTraining(
          latentChannels: 2, blockChannels: [4, 4], layersPerBlock: 1, groups: 2, side: 28,
          epochs: 2, batch: 8, seed: seed)
        let network = try training.run(
          images, checkpoint: checkpoint, data: data, progress: progress)
        let normalisation = [network.configuration.shift, network.configuration.scale]
        return network.parameters.map(\.value.values) + [normalisation]
      case .prior:
        let autoencoder = Autoencoder(
          Autoencoder.Configuration(
            image: [28, 28, 1], side: 32, latentChannels: 2, blockChannels: [4, 4, 4],
            layersPerBlock: 1, groups: 2), seed: 1)
        let training = PriorTraining(
          width: 8, depth: 1, heads: 2, epochs: 2, batch: 8, average: 0.9, seed: seed)
        return try training.run(
          images, autoencoder, checkpoint: checkpoint, data: data, progress: progress
        ).parameters.map(\.value.values)
      }
    }
  }

  private struct Stop: Error {}

  @Test func aLossThatIsNoNumberEndsIt() throws {
    let parameter = Parameter("x", Tensor(zeros: [1]))
    let loop = TrainingLoop(
      seed: 0, epochs: 1, batch: 1, schedule: CosineSchedule(peak: 0.1, warmup: 0))
    let optimizer = AdamW([parameter], beta2: 0.99, decay: 0)
    var steps = 0
    func body(_ places: [Int], _ step: Int) -> Double {
      steps += 1
      return step == 3 ? .infinity : 1
    }
    let error = #expect(throws: TrainingDiverged.self) {
      try loop.run(count: 9, [parameter], optimizer, progress: { _, _, _ in }, body: body)
    }
    #expect(error?.steps == 3 && steps == 4)
  }

  @Test func aCheckpointThatIsNoFileIsAnError() throws {
    try withCheckpoint { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      #expect(throws: FormatError.self) { try Kind.classifier.run(seed: 5, checkpoint: path) }
    }
  }

  private func withCheckpoint(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "training-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "state.safetensors").path)
  }

  private func stop(_ kind: Kind, after step: Int, _ checkpoint: String) {
    #expect(throws: Stop.self) {
      _ = try kind.run(checkpoint: checkpoint) { done, _, _ in if done == step { throw Stop() } }
    }
    #expect(FileManager.default.fileExists(atPath: checkpoint))
  }

  /// Stopped within an epoch, at its end, after the last step, or twice: the same bits.
  @Test(arguments: Kind.allCases, [[1], [3], [6], [2, 5]])
  func resumedTrainingsEndWithTheSameBits(_ kind: Kind, _ stops: [Int]) throws {
    var steps: [[Int]] = []
    let uninterrupted = try kind.run { done, total, _ in steps.append([done, total]) }
    #expect(steps == (0...6).map { [$0, 6] })
    try withCheckpoint { checkpoint in
      for step in stops { stop(kind, after: step, checkpoint) }
      var resumed: [Int] = []
      let weights = try kind.run(checkpoint: checkpoint) { done, _, _ in resumed.append(done) }
      #expect(resumed == Array((stops.last ?? 0)...6))
      #expect(weights == uninterrupted)
    }
  }

  @Test(arguments: Kind.allCases) func threadsDoNotMatter(_ kind: Kind) throws {
    let one = try Threads.$count.withValue(1) { try kind.run() }
    let two = try Threads.$count.withValue(2) { try kind.run() }
    #expect(one == two)
    #expect(one.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test(arguments: Kind.allCases) func seedsMatter(_ kind: Kind) throws {
    #expect(try kind.run(seed: 5) != kind.run(seed: 6))
  }

  @Test(arguments: Kind.allCases) func foreignCheckpointsAreRefused(_ kind: Kind) throws {
    try withCheckpoint { checkpoint in
      stop(kind, after: 2, checkpoint)
      for (seed, data) in [(6, ""), (5, "others")] as [(UInt64, String)] {
        let error = #expect(throws: FormatError.self) {
          try kind.run(seed: seed, checkpoint: checkpoint, data: data)
        }
        #expect(error?.code == .inconsistent && error?.message.contains(checkpoint) == true)
      }
    }
  }

  @Test func damagedCheckpointsAreRefused() throws {
    try withCheckpoint { checkpoint in
      stop(.classifier, after: 2, checkpoint)
      let whole = try Files.read(checkpoint)
      try Files.write(Array(whole.dropLast(100)), to: checkpoint)
      #expect(throws: FormatError.self) { try Kind.classifier.run(checkpoint: checkpoint) }

      for change: (inout SafeTensors) -> Void in [
        { $0.tensors["0"] = nil }, { $0.metadata["steps"] = "many" },
        { $0.metadata["steps"] = "-3" },
        { $0.metadata["identity"] = nil },
      ] {
        var file = try SafeTensors.read(whole, name: checkpoint)
        change(&file)
        try Files.write(try file.write(), to: checkpoint)
        #expect(throws: FormatError.self) { try Kind.classifier.run(checkpoint: checkpoint) }
      }
    }
  }
}

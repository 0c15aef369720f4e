import Foundation
import Store
import Testing

@testable import Engine
@testable import Stages

@Suite struct TrainTests {
  /// Trains for one step, and is stopped.
  private func stop(_ training: Train, _ pool: Pool) {
    let stopping = Context(pool: pool, report: { _ in }, isCancelled: { true })
    #expect(throws: Interrupted.self) { _ = try training.run(stopping) }
  }

  private func expectForeign(_ training: Train, _ pool: Pool) {
    let error = #expect(throws: PoolError.self) {
      _ = try training.run(RealPool.context(pool))
    }
    #expect(error?.message.contains("checkpoint of another training") == true)
  }

  @Test func aCheckpointOfOtherImagesIsRefused() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var importing = files.importing
    _ = try importing.run(RealPool.context(pool))
    let other = Bitmap(width: 28, height: 28, channels: 1, pixels: try RealPool.images(0, 40..<41))
    try Files.write(PNG.write(other), to: "\(files.dataset)/train/bag/0.png")
    importing.dataset = "others"
    _ = try importing.run(RealPool.context(pool))
    var training = Train(
      role: .judge, dataset: "clothes", output: "\(files.folder)/judge.safetensors")
    training.architecture = "mlp-64"
    stop(training, pool)
    training.dataset = "others"
    expectForeign(training, pool)
    // The right one goes on with it.
    training.dataset = "clothes"
    stop(training, pool)
  }

  @Test func aPriorsCheckpointOfAnotherAutoencoderIsRefused() throws {
    let files = try RealPool()
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    func importAutoencoder(_ seed: UInt64) throws {
      try files.importModel(
        .autoencoder, RealPool.untrained(.autoencoder, seed: seed), into: pool)
    }
    let training = Train(
      role: .prior, dataset: "clothes", output: "\(files.folder)/prior.safetensors")
    try importAutoencoder(0)
    stop(training, pool)
    try importAutoencoder(1)
    expectForeign(training, pool)
  }

  @Test(arguments: [(Role.teacher, 8), (.judge, 8), (.autoencoder, 3), (.prior, 12)])
  func fewImagesAreGoneThroughMoreOften(_ role: Role, _ full: Int) {
    var training = Train(role: role, dataset: "clothes", output: "model.safetensors")
    #expect(training.epochs(images: 60_000) == full)
    #expect(training.epochs(images: 1_000_000) == full)
    #expect(training.epochs(images: 20_000) == 3 * full)
    #expect(training.epochs(images: 59_999) == full + 1)
    training.epochs = 2
    #expect(training.epochs(images: 100) == 2)
  }

  /// Weights past half precision are as good as none, and an older file is better than they.
  @Test func whatDivergedReplacesNoFile() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    var training = Train(
      role: .judge, dataset: "clothes", output: "\(files.folder)/judge.safetensors")
    (training.architecture, training.epochs) = ("mlp-64", 1)
    _ = try training.run(RealPool.context(pool))
    let before = try Files.read(training.output)
    let head = pool.head
    (training.rate, training.epochs) = (100, 40)
    #expect(RealPool.code { _ = try training.run(RealPool.context(pool)) } == .failure)
    #expect(try Files.read(training.output) == before)
    #expect(pool.head == head)
  }

  @Test func imagesAreMirroredWhereTheDataSetLetsThem() throws {
    let files = try RealPool()
    let pool = try files.pool()
    var digests: Set<String> = []
    for (name, flips) in [("clothes", true), ("letters", false)] {
      var importing = files.importing
      (importing.dataset, importing.flips) = (name, flips)
      _ = try importing.run(RealPool.context(pool))
      var training = Train(role: .judge, dataset: name, output: "\(files.folder)/judge.safetensors")
      (training.architecture, training.epochs) = ("mlp-16", 1)
      _ = try training.run(RealPool.context(pool))
      let file = try ModelFile(Files.read(training.output), name: "judge")
      #expect(file.notes["flips"] == "\(flips)")
      guard case .classifier(let network) = try file.model() else {
        Issue.record("no classifier")
        return
      }
      digests.insert(SHA256.hex(of: try ModelFile.write(.classifier(network))))
    }
    #expect(digests.count == 2)
  }

  @Test func theFileOfAnotherRoleIsNotReplaced() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    let path = "\(files.folder)/teacher.safetensors"
    try Files.write(ModelFile.write(RealPool.untrained(.teacher, seed: 0)), to: path)
    let training = Train(role: .judge, dataset: "clothes", output: path)
    let error = #expect(throws: PoolError.self) { _ = try training.run(RealPool.context(pool)) }
    #expect(error?.code == .usage && error?.message.contains("is a teacher") == true)
    stop(Train(role: .teacher, dataset: "clothes", output: path), pool)
  }

  @Test func aJudgeIsNotTheTeacher() throws {
    let files = try RealPool()
    let pool = try files.modelled()
    for role in [Role.teacher, .judge] {
      let other = RealPool.untrained(
        role == .judge ? .teacher : .judge, seed: role == .judge ? 0 : 1)
      #expect(RealPool.code { try files.importModel(role, other, into: pool) } == .usage)
    }
  }

  /// A pool that was not made by `import dataset`.
  @Test func imagesThatNoNetworkTakesAreRefused() throws {
    let pool = try PoolFixture()
    let context = RealPool.context(pool.pool)
    var training = Train(
      role: .judge, dataset: "squares", output: pool.directory.path + "/judge.safetensors")
    training.architecture = "convnet3-8"
    #expect(RealPool.code { _ = try training.run(context) } == .failure)
    var select = Select(selection: "two", ipc: 2)
    select.strategy = "first"
    _ = try select.run(context)
    #expect(RealPool.code { _ = try Evaluate(selection: "two").run(context) } == .usage)
    try pool.pool.append(
      Draft(
        .dataset(
          DatasetContent(
            dataset: "none", split: .train, image: [16, 16, 1], classes: ["cat", "dog"],
            counts: [0, 0], mean: [0.5], sd: [0.25], source: SHA256.hex(of: "none"))),
        tensors: []))
    training.dataset = "none"
    #expect(RealPool.code { _ = try training.run(context) } == .usage)
  }

  /// Said before anything is read: the pool has no such data set.
  @Test func numbersThatTrainNothingAreRefused() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let changes: [(inout Train) -> Void] = [
      { $0.shift = -1 }, { $0.shift = 3_000_000_000 }, { $0.epochs = 0 }, { $0.epochs = Int.max },
      { $0.rate = 0 }, { $0.rate = Float.nan }, { $0.rate = Float.infinity },
    ]
    for change in changes {
      var training = Train(role: .judge, dataset: "nothing", output: "\(files.folder)/judge")
      change(&training)
      #expect(RealPool.code { _ = try training.run(RealPool.context(pool)) } == .usage)
    }
  }
}

import Engine
import Store
import Testing

@testable import Stages

struct ImportCandidatesTests {
  private let files: RealPool
  private let pool: Pool
  private let importing: ImportCandidates

  /// Three candidates of labels 1, 0, 1, each of one value.
  init() throws {
    files = try RealPool()
    pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    try files.importModel(.autoencoder, RealPool.untrained(.autoencoder, seed: 0), into: pool)
    func filled<T>(_ values: [T], _ count: Int) -> [T] {
      values.flatMap { [T](repeating: $0, count: count) }
    }
    let file = SafeTensors([
      "labels": RawTensor(i64: [1, 0, 1], shape: [3]),
      "images": RawTensor(u8: filled([10, 20, 30], 784), shape: [3, 28, 28, 1]),
      "latents": RawTensor(f32: filled([1, 2, 3], 64), shape: [3, 8, 8, 1]),
    ])
    importing = ImportCandidates(generation: "made", path: "\(files.folder)/x.safetensors")
    try Files.write(file.write(), to: importing.path)
  }

  /// The first value of each image and of each latent that an entry holds.
  private func values(_ entry: Entry) throws -> [[Float]] {
    try ["image", "latent"].map { name in
      let number = try #require(entry.tensors.firstIndex { $0.name == name })
      let values = try pool.floats(entry.sequence, number)
      let size = entry.tensors[number].shape.dropFirst().reduce(1, *)
      return stride(from: 0, to: values.count, by: size).map { values[$0] }
    }
  }

  @Test func eachClassHasItsOwnRows() throws {
    #expect(try importing.run(RealPool.context(pool)).imported == 3)
    let entries = try pool.entries(.generate)
    #expect(entries.map { $0.tensors.map(\.class) } == [[0, 0], [1, 1]])
    #expect(try entries.map(values) == [[[20], [2]], [[10, 30], [1, 3]]])
  }

  @Test func aStoppedImportGoesOnWithTheRowsLeft() throws {
    // At first before anything is taken, then after the first run.
    var asked = 0
    let stopping = Context(
      pool: pool, report: { _ in },
      isCancelled: {
        asked += 1
        return asked > 1
      })
    #expect(throws: Interrupted.self) { try importing.run(stopping) }
    let first = try #require(try pool.entries(.generate).last)
    #expect(try values(first) == [[20], [2]])
    // As if the first run of class 1 had been of one row.
    guard case .generate(var content) = first.content else {
      Issue.record("\(first.content) is no generation")
      return
    }
    content.class = 1
    try pool.append(
      Draft(
        .generate(content),
        tensors: [
          TensorDraft(
            "latent", class: 1, shape: [1, 8, 8, 1], f16: [Float](repeating: 1, count: 64)),
          TensorDraft(
            "image", class: 1, shape: [1, 28, 28, 1], u8: [UInt8](repeating: 10, count: 784)),
        ]))
    #expect(try importing.run(RealPool.context(pool)).imported == 1)
    let last = try #require(try pool.entries(.generate).last)
    #expect(try values(last) == [[30], [3]])
    let made = try pool.query("SELECT class, first FROM generations ORDER BY entry")
    #expect(made.rows == [[0, 0], [1, 0], [1, 1]])
  }

  private func write(
    _ file: SafeTensors, _ metadata: [String: String]
  ) throws -> ImportCandidates {
    var file = file
    file.metadata = metadata
    let path = "\(files.folder)/y.safetensors"
    try Files.write(file.write(), to: path)
    return ImportCandidates(generation: "other", path: path)
  }

  /// A label stands for a name, where a file has names.
  @Test func classesAreTakenByTheirNames() throws {
    let file = try SafeTensors.read(Files.read(importing.path), name: "x")
    let others = try write(file, ["classes": "[\"coat\",\"bag\",\"hat\"]"])
    #expect(try others.run(RealPool.context(pool)).imported == 3)
    let made = try pool.query("SELECT class, candidates FROM generations ORDER BY class")
    #expect(made.rows == [[0, 2], [2, 1]])
    let strangers = try write(file, ["classes": "[\"bag\",\"hat\"]"])
    let error = #expect(throws: PoolError.self) { try strangers.run(RealPool.context(pool)) }
    #expect(error?.code == .usage && error?.message.contains("'hat'") == true)
  }

  @Test func latentsOfAnotherAutoencoderAreMadeAnewOfTheImages() throws {
    var file = try SafeTensors.read(Files.read(importing.path), name: "x")
    let others = try write(file, ["autoencoder_sha256": "other"])
    #expect(try others.run(RealPool.context(pool)).imported == 3)
    let first = try #require(try pool.entries(.generate).first)
    let (image, latent) = try (values(first)[0], values(first)[1])
    #expect(image == [20] && latent != [2])
    file.tensors["images"] = nil
    let latentsAlone = try write(file, ["autoencoder_sha256": "other"])
    #expect(throws: PoolError.self) { try latentsAlone.run(RealPool.context(pool)) }
  }
}

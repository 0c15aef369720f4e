import Foundation
import Store
import Testing

@testable import Engine
@testable import Stages

struct ExportTests {
  /// Of "two".
  private static let ids = (0..<3).flatMap { ["\($0)-00004-0123abcd@0", "\($0)-00003-0123abcd@0"] }

  @Test func imageFolderIsWholeAndTraceable() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/out"
    let report = try Export(selection: "better", format: .imageFolder, path: path)
      .run(RealPool.context(pool))
    #expect((report.images, report.classes) == (6, 3))
    #expect(
      try Files.names(in: path) == ["bag", "boot", "coat", "manifest.json", "metadata.jsonl"])

    let manifestBytes = try Files.read("\(path)/manifest.json")
    #expect(SHA256.hex(of: manifestBytes) == report.digest)
    let manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(manifestBytes)) as? [String: Any])
    #expect(manifest["selection"] as? String == "better")
    #expect(manifest["fingerprint"] as? String == pool.head.digest)
    let digests = try #require(manifest["files"] as? [String: String])
    #expect(digests.count == 7)
    for (name, digest) in digests {
      #expect(try SHA256.hex(of: Files.read("\(path)/\(name)")) == digest)
    }

    let lines = try String(decoding: Files.read("\(path)/metadata.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 6)
    let first = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(first["file_name"] as? String == "bag/0-00004-0123abcd@1.png")
    #expect(first["parent"] as? String == "0-00004-0123abcd@0")
    #expect(first["refinement"] as? String == "polish")
    #expect(first["seed"] as? Int == 7)
    #expect((first["rank"] as? Int, first["class_name"] as? String) == (0, "bag"))
    let second = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
    #expect(second["scores"] as? [String: Double] == ["correct": 1, "confidence": 0.375])
    #expect(second["digest"] as? String == (try pool.entry(4).digest))

    let image = try Bitmap(
      decoding: Files.read("\(path)/coat/2-00003-0123abcd@0.png"), name: "x")
    #expect(image.pixels == (try RealPool.images(2, 33..<34)))
  }

  @Test(arguments: ExportFormat.allCases) func isTheSameBytesEachTime(_ format: ExportFormat) throws
  {
    let files = try RealPool()
    let pool = try files.filled()
    let digests = try ["a", "b"].map { name in
      try Export(selection: "two", format: format, path: "\(files.folder)/\(name)")
        .run(RealPool.context(pool)).digest
    }
    #expect(digests[0] == digests[1])
  }

  @Test func npzHoldsImagesAndLabels() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/two.npz"
    let report = try Export(selection: "two", format: .npz, path: path).run(RealPool.context(pool))
    let bytes = try Files.read(path)
    #expect(report.digest == SHA256.hex(of: bytes))
    let members = Dictionary(
      uniqueKeysWithValues: try Zip.read(bytes, name: path).map { ($0.name, $0.bytes) })
    #expect(
      members.keys.sorted() == ["classes.npy", "factor.npy", "ids.npy", "images.npy", "labels.npy"])
    let images = try NPY.read(members["images.npy"] ?? [], name: "images")
    #expect(images.shape == [6, 28, 28, 1])
    #expect(images.bytes == (try SelectionReader("two", in: pool).packed()))
    #expect(
      try NPY.read(members["labels.npy"] ?? [], name: "labels")
        == RawTensor(i64: [0, 0, 1, 1, 2, 2], shape: [6]))
    #expect(members["ids.npy"] == NPY.write(Self.ids))
    #expect(members["classes.npy"] == NPY.write(["bag", "boot", "coat"]))
  }

  @Test func safetensorsHoldsLatentsToo() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/two.safetensors"
    _ = try Export(selection: "two", format: .safetensors, path: path).run(RealPool.context(pool))
    let file = try SafeTensors.read(Files.read(path), name: path)
    let reader = try SelectionReader("two", in: pool)
    #expect(file.tensors["images"]?.bytes == (try reader.packed()))
    #expect(file.tensors["labels"] == RawTensor(i64: [0, 0, 1, 1, 2, 2], shape: [6]))
    let (shape, latents) = try reader.latents(of: reader.members)
    #expect(file.tensors["latents"] == RawTensor(f16: latents, shape: shape))
    #expect(file.metadata["selection"] == "two")
    let ids = try JSONDecoder().decode(
      [String].self, from: Data(#require(file.metadata["ids"]).utf8))
    #expect(ids == Self.ids)
  }

  @Test func webdatasetHasThreePartsOfEachImage() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/two.tar"
    _ = try Export(selection: "two", format: .webdataset, path: path).run(RealPool.context(pool))
    let bytes = try Files.read(path)
    let reader = try SelectionReader("two", in: pool)
    var place = 0
    for member in reader.members {
      for part in ["png", "cls", "json"] {
        let name = bytes[place..<place + 100].prefix { $0 != 0 }
        #expect(String(decoding: name, as: UTF8.self) == "\(member.id).\(part)")
        let digits = String(decoding: bytes[place + 124..<place + 135], as: UTF8.self)
        let size = try #require(Int(digits, radix: 8))
        let content = Array(bytes[place + 512..<place + 512 + size])
        switch part {
        case "png": #expect(try PNG.read(content, name: "x").pixels == reader.images(of: [member]))
        case "cls": #expect(content == Array("\(member.class)".utf8))
        default: #expect(String(decoding: content, as: UTF8.self).contains("\"digest\""))
        }
        place += 512 + (size + 511) / 512 * 512
      }
    }
    #expect(bytes.count == place + 1024)
  }

  @Test func ddRankingHasNormalisedTensorsWithChannelsFirst() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let content = DatasetContent(
      dataset: "colours", split: .train, image: [2, 2, 3], classes: ["mixed", "white"],
      counts: [1, 1], mean: [0, 0.2, 0.4], sd: [1, 0.2, 0.5], source: SHA256.hex(of: "colours"))
    let mixed: [UInt8] = [0, 51, 102, 51, 102, 255, 102, 255, 0, 255, 0, 51]
    let images = [mixed, [UInt8](repeating: 255, count: 12)]
    let tensors = images.enumerated().flatMap { label, pixels in
      [
        TensorDraft("images", class: label, shape: [1, 2, 2, 3], u8: pixels),
        TensorDraft("positions", class: label, shape: [1], i32: [Int32(label)]),
      ]
    }
    try pool.append(Draft(.dataset(content), tensors: tensors))
    var select = Select(selection: "real", ipc: 1)
    (select.strategy, select.source) = ("first", .real)
    _ = try select.run(RealPool.context(pool))
    let path = "\(files.folder)/real"
    _ = try Export(selection: "real", format: .ddRanking, path: path).run(RealPool.context(pool))
    #expect(try Files.names(in: path) == ["images.pt", "labels.pt"])

    // Red, green and blue of the first image, then of the second.
    let expected: [Float] = [
      0, 0.2, 0.4, 1, 0, 1, 4, -1, 0, 1.2, -0.8, -0.4, 1, 1, 1, 1, 4, 4, 4, 4, 1.2, 1.2, 1.2, 1.2,
    ]
    let parts = Dictionary(
      uniqueKeysWithValues: try Zip.read(Files.read("\(path)/images.pt"), name: path)
        .map { ($0.name, $0.bytes) })
    let shape = [2, 3, 2, 2]
    #expect(parts["images/data.pkl"] == TorchFile.pickle(RawTensor(f32: expected, shape: shape)))
    let data = try RawTensor(.f32, shape: shape, bytes: #require(parts["images/data/0"]))
    for (value, expected) in zip(data.floats, expected) { #expect(abs(value - expected) < 1e-5) }
    let labels = RawTensor(i64: [0, 1], shape: [2])
    #expect(try Files.read("\(path)/labels.pt") == TorchFile.write(labels, name: "labels"))
  }

  /// Also where no soft student was trained in this pool.
  @Test func softLabelsAreTheTeachersOfTheseImages() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let before = pool.head.sequence
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    let export = Export(selection: "two", format: .ddRanking, path: "\(files.folder)/now")
    _ = try export.run(RealPool.context(pool))
    let scaling = try RealImages(.train, in: pool).scaling
    let bytes = try SelectionReader("two", in: pool).packed()
    let logits = try Models(pool).teacher().network.forward(
      scaling.standardised(bytes: bytes, shape: [6, 28, 28, 1]), .inference
    ).logits.values
    #expect(
      try Files.read("\(export.path)/soft_labels.pt")
        == TorchFile.write(RawTensor(f16: logits, shape: [6, 3]), name: "soft_labels"))
    let earlier = Export(selection: "two", format: .ddRanking, path: "\(files.folder)/earlier")
    _ = try earlier.run(RealPool.context(pool), asOf: before)
    #expect(try Files.names(in: earlier.path) == ["images.pt", "labels.pt"])
  }

  /// Readers number classes by the folders that there are; DD-Ranking takes all for granted.
  @Test func classesWithoutImagesKeepTheirNumbers() throws {
    let files = try RealPool()
    let pool = try files.filled()
    var select = Select(selection: "some", ipc: 2)
    (select.strategy, select.classes) = ("first", ["1"])
    _ = try select.run(RealPool.context(pool))
    let export = Export(selection: "some", format: .imageFolder, path: "\(files.folder)/out")
    _ = try export.run(RealPool.context(pool))
    let counts = try ["bag", "boot", "coat"].map {
      try Files.names(in: "\(export.path)/\($0)").count
    }
    #expect(counts == [0, 2, 0])
    let ranked = Export(selection: "some", format: .ddRanking, path: "\(files.folder)/dd")
    #expect(RealPool.code { _ = try ranked.run(RealPool.context(pool)) } == .usage)
    #expect(!Files.exists(ranked.path))
  }

  @Test func imagesThatHoldSeveralAreWrittenAsTheyAreHeld() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let context = RealPool.context(pool)
    var select = Select(selection: "formed", ipc: 1)
    (select.strategy, select.factor) = ("first", 2)
    _ = try select.run(context)
    let reader = try SelectionReader("formed", in: pool)
    let packed = try reader.packed()
    #expect(packed.count == 3 * 784)

    let folder = "\(files.folder)/out"
    let report = try Export(selection: "formed", format: .imageFolder, path: folder).run(context)
    #expect(report.images == 3)
    let name = "\(reader.members[4].id)+3"
    let image = try Bitmap(decoding: Files.read("\(folder)/boot/\(name).png"), name: "x")
    #expect(image.pixels == Array(packed[784..<2 * 784]))
    let manifest = try String(decoding: Files.read("\(folder)/manifest.json"), as: UTF8.self)
    #expect(manifest.contains("\"factor\" : 2"))
    let lines = try String(decoding: Files.read("\(folder)/metadata.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    let line = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
    #expect(line["file_name"] as? String == "boot/\(name).png")
    let cells = try #require(line["cells"] as? [[String: Any]])
    #expect(cells.compactMap { $0["id"] as? String } == reader.members[4..<8].map(\.id))

    let npz = "\(files.folder)/formed.npz"
    _ = try Export(selection: "formed", format: .npz, path: npz).run(context)
    let arrays = Dictionary(
      uniqueKeysWithValues: try Zip.read(Files.read(npz), name: npz).map { ($0.name, $0.bytes) })
    #expect(try NPY.read(arrays["images.npy"] ?? [], name: "images").bytes == packed)
    #expect(
      try NPY.read(arrays["factor.npy"] ?? [], name: "factor") == RawTensor(i64: [2], shape: [1]))
    #expect(
      try NPY.read(arrays["labels.npy"] ?? [], name: "labels")
        == RawTensor(i64: [0, 1, 2], shape: [3]))

    // What DD-Ranking trains on is what students see.
    let ranking = "\(files.folder)/ranking"
    _ = try Export(selection: "formed", format: .ddRanking, path: ranking).run(context)
    let seen = reader.formation.unpacked(
      packed, image: [28, 28, 1], scaling: try RealImages(.train, in: pool).scaling)
    #expect(
      try Files.read("\(ranking)/images.pt")
        == TorchFile.write(RawTensor(f32: seen.values, shape: [12, 1, 28, 28]), name: "images"))

    let sheet = try Sheet(selections: ["formed"], path: "\(files.folder)/sheet.png").run(context)
    #expect(sheet.images == 3)
  }

  @Test func nothingIsOverwritten() throws {
    let files = try RealPool()
    let pool = try files.filled()
    let context = RealPool.context(pool)
    let full = "\(files.folder)/full"
    try RealPool.makeFolder(full)
    try Files.write([1], to: "\(full)/precious")
    for format in ExportFormat.allCases {
      for path in [full, "\(full)/precious"] {
        let export = Export(selection: "two", format: format, path: path)
        #expect(RealPool.code { _ = try export.run(context) } == .usage)
      }
    }
    #expect(try Files.names(in: full) == ["precious"])
    let empty = "\(files.folder)/empty"
    try RealPool.makeFolder(empty)
    let report = try Export(selection: "two", format: .imageFolder, path: empty).run(context)
    #expect(report.images == 6)
    let lost = Export(selection: "two", format: .imageFolder, path: "\(files.folder)/no/where")
    #expect(RealPool.code { _ = try lost.run(context) } == .failure)
  }

  @Test(arguments: [ExportFormat.imageFolder, .ddRanking])
  func aFolderMayBeNamedWithASlash(_ format: ExportFormat) throws {
    let files = try RealPool()
    let pool = try files.filled()
    let path = "\(files.folder)/out/"
    _ = try Export(selection: "two", format: format, path: path).run(RealPool.context(pool))
    #expect(try Files.names(in: files.folder).contains("out"))
    #expect(try !Files.names(in: path).isEmpty)
  }

  @Test func anInterruptedExportLeavesNothing() throws {
    let files = try RealPool()
    let pool = try files.filled()
    var steps = 0
    let context = Context(pool: pool, report: { _ in steps += 1 }, isCancelled: { steps == 4 })
    let before = try Files.names(in: files.folder)
    #expect(throws: Interrupted()) {
      try Export(selection: "two", format: .imageFolder, path: "\(files.folder)/out").run(context)
    }
    #expect(try Files.names(in: files.folder) == before)
  }

  @Test func folderNamesKeepTheOrderOfClasses() {
    #expect(ImageFolderExport.folders(["ant", "bee"]) == ["ant", "bee"])
    #expect(ImageFolderExport.folders(["T-shirt/top", "Bag"]) == ["0-T-shirt_top", "1-Bag"])
    #expect(ImageFolderExport.folders(["a/b", "a_b"]) == ["0-a_b", "1-a_b"])
    #expect(ImageFolderExport.folders(["..", "a"]) == ["_..", "a"])
    #expect(ImageFolderExport.folders(["a", "manifest.json"]) == ["0-a", "1-manifest.json"])
    let many = ImageFolderExport.folders((0..<12).map(String.init))
    #expect((many[2], many[11]) == ("02-2", "11-11"))
  }
}

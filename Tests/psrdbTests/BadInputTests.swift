import Engine
import Foundation
import Testing

/// Files and arguments that are wrong, given to the built program: each ends in its exit code and
/// one paragraph with what to type next, and leaves the pool whole.
@Suite struct BadInputTests {
  @Test func datasets() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.succeed("init", "a.psr")
    func importing(_ path: String, _ format: String) throws -> Program.Outcome {
      try psrdb("import", "dataset", path, "--name", "clothes", "--format", format)
    }
    try importing("nowhere", "image-folder").expectFailure(4, "nowhere", "psrdb import dataset")

    let idx = "/usr/share/datasets/fashion-mnist"
    try FileManager.default.createDirectory(
      atPath: psrdb.path("idx"), withIntermediateDirectories: false)
    for name in try Files.names(in: idx) {
      let bytes = try Files.read("\(idx)/\(name)")
      let kept = name.hasPrefix("train-images") ? bytes.count / 2 : bytes.count
      try Files.write(Array(bytes.prefix(kept)), to: psrdb.path("idx/\(name)"))
    }
    try importing("idx", "idx").expectFailure(1, "idx/train-images", "ends too early")
    try FileManager.default.removeItem(atPath: psrdb.path("idx/train-images-idx3-ubyte.gz"))
    try importing("idx", "idx").expectFailure(4, "train-images-idx3-ubyte")

    let png = psrdb.path("images/train/bag/3.png")
    let good = try Files.read(png)
    for bad in [Array(good.prefix(good.count / 2)), Array("junk".utf8), []] {
      try Files.write(bad, to: png)
      try importing("images", "image-folder").expectFailure(1, "images/train/bag/3.png")
    }
    try Files.write(good, to: png)

    try FileManager.default.moveItem(
      atPath: psrdb.path("images/test/coat"), toPath: psrdb.path("images/test/cloak"))
    try importing("images", "image-folder")
      .expectFailure(1, "only in images/train: coat", "only in images/test: cloak")
    #expect(try psrdb("log", "--json").out.contains("dataset") == false)
    try project.expectWhole("a.psr")
  }

  @Test func commands() throws {
    let psrdb = try TinyProject().psrdb
    for arguments in [
      ["selct"], ["selct", "--ipc", "2"], ["--pool", "a.psr", "-q", "selct", "--ipc"],
    ] {
      try psrdb(arguments).expectFailure(2, "no command 'selct'. Did you mean 'select'?")
    }
  }

  @Test func models() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.importDataset(into: "a.psr")
    try project.succeed(project.train("judge", pool: "a.psr"))
    let good = try Files.read(psrdb.path("judge.safetensors"))
    func importing(_ role: String, _ bytes: [UInt8]) throws -> Program.Outcome {
      try Files.write(bytes, to: psrdb.path("lying.safetensors"))
      return try psrdb("import", "model", role, "lying.safetensors")
    }
    let huge = withUnsafeBytes(of: (UInt64.max / 2).littleEndian) { Array($0) }
    try importing("judge", huge + good.dropFirst(8)).expectFailure(1, "lying", "header")
    try importing("judge", Array(good.prefix(good.count / 2))).expectFailure(1, "lying", "bytes")
    let shape = try #require(good.firstRange(of: Array("\"shape\":[".utf8)))
    var wrong = good
    wrong[shape.upperBound] = UInt8(ascii: "9")
    try importing("judge", wrong).expectFailure(1, "lying")
    try importing("prior", good).expectFailure(1, "kind")
    try importing("teacher", Self.classifier(side: 28, channels: 1, classes: 5))
      .expectFailure(2, "is for 5 classes, and 'clothes' has 3", "psrdb train teacher")
    for (side, channels) in [(16, 1), (28, 3)] {
      try importing("teacher", Self.classifier(side: side, channels: channels, classes: 3))
        .expectFailure(2, "\(side)×\(side)×\(channels), and 'clothes' has 28×28×1")
    }
    try psrdb("import", "model", "judge", "no.safetensors").expectFailure(4, "no.safetensors")
    try psrdb("generate", "--per-class", "3").expectFailure(4, "no prior", "psrdb import model")
    // Said before models are looked for.
    try psrdb("generate", "--per-class", "3", "--seed", "9223372036854775808")
      .expectFailure(2, "2^63")
    try psrdb(
      "train", "judge", "--dataset", "clothes", "--output", "nowhere/judge.safetensors"
    ).expectFailure(4, "nowhere", "mkdir -p 'nowhere'")
    try psrdb(
      "train", "judge", "--dataset", "clothes", "--architecture", "nope", "--output",
      "j.safetensors"
    ).expectFailure(2, "'nope'", "--architecture convnet1 to convnet4")
    try psrdb("train", "judge", "--dataset", "shoes", "--output", "j.safetensors")
      .expectFailure(4, "shoes")
    try project.expectWhole("a.psr")
  }

  private static func classifier(side: Int, channels: Int, classes: Int) throws -> [UInt8] {
    let architecture = ClassifierArchitecture(
      .convnet, depth: 3, width: 4, image: [side, side, channels], classes: classes)
    return try ModelFile.write(.classifier(Classifier(architecture, seed: 0)))
  }

  /// What came before the images is found when it is used.
  @Test func modelsOfOtherImages() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.writeUntrainedModels()
    let good = try Files.read(psrdb.path("teacher.safetensors"))
    try Files.write(
      Self.classifier(side: 32, channels: 3, classes: 10), to: psrdb.path("teacher.safetensors"))
    try project.succeed("init", "a.psr")
    for role in TinyProject.roles {
      try project.succeed("import", "model", role, "\(role).safetensors")
    }
    try project.succeed(
      "import", "dataset", "images", "--name", "clothes", "--format", "image-folder")
    try project.succeed("generate", "--per-class", "3", "--steps", "1")
    try psrdb("score").expectFailure(
      2, "is for 10 classes, and 'clothes' has 3", "psrdb import model teacher")
    try Files.write(good, to: psrdb.path("teacher.safetensors"))
    try project.succeed("import", "model", "teacher", "teacher.safetensors")
    try project.succeed("score", "--views", "1")
    try project.expectWhole("a.psr")
  }

  @Test func aSecondDataSetIsWarnedOf() throws {
    let project = try TinyProject()
    try project.importDataset(into: "a.psr")
    let second = [
      "--pool", "a.psr", "import", "dataset", "images", "--name", "others", "--format",
      "image-folder",
    ]
    let outcome = try project.psrdb(second)
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("warning: This pool is of 'clothes'"), "\(outcome.error)")
    #expect(outcome.error.contains("psrdb init others.psr"))
  }

  /// Files say what their networks learnt, also to a pool that did not train them.
  @Test func modelsSayWhatTheyLearnt() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.trainModels()
    try project.importDataset(into: "a.psr")
    let pool = ["--pool", "a.psr"]
    for role in TinyProject.roles {
      try project.succeed(pool + ["import", "model", role, "\(role).safetensors"])
    }
    try project.succeed(pool + ["generate", "--per-class", "1", "--steps", "1"])
    let ids = try psrdb(pool + ["query", "--csv", "SELECT id FROM candidates"]).out
    let id = try #require(ids.split(separator: "\n").last.map(String.init))
    let lineage = try psrdb(pool + ["lineage", id]).out
    for words in ["trained on: clothes, train split", "epochs 1", "autoencoder_sha256"] {
      #expect(lineage.contains(words), "\(lineage)")
    }
    // A prior's latents mean nothing to another autoencoder.
    try project.succeed(
      pool + [
        "train", "autoencoder", "--dataset", "clothes", "--epochs", "1", "--seed", "9", "--output",
        "other.safetensors",
      ])
    try psrdb(pool + ["generate", "--per-class", "2", "--steps", "1"])
      .expectFailure(2, "learnt the latents of autoencoder", "psrdb --pool a.psr train prior")
    try psrdb(pool + ["train", "judge", "--dataset", "clothes", "--output", "recipe.yaml"])
      .expectFailure(2, "recipe.yaml is there already and is no model")
    #expect(try Files.read(psrdb.path("recipe.yaml")) == Array(TinyProject.recipe.utf8))
    let labels = try SafeTensors(metadata: ["format": "pt"]).write()
    try Files.write(labels, to: psrdb.path("labels.safetensors"))
    try psrdb(pool + ["train", "judge", "--dataset", "clothes", "--output", "labels.safetensors"])
      .expectFailure(2, "labels.safetensors is there already and is no model")
  }

  /// A file of a megabyte whose tensors would hold four gigabytes.
  @Test func tensorsThatShareTheirBytes() throws {
    let psrdb = try Program()
    #expect(try psrdb("init", "a.psr").code == 0)
    let size = 1 << 20
    let tensors = (0..<4096).map {
      "\"t\($0)\":{\"dtype\":\"U8\",\"shape\":[\(size)],\"data_offsets\":[0,\(size)]}"
    }
    let header = Array("{\(tensors.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    try Files.write(
      length + header + [UInt8](repeating: 0, count: size), to: psrdb.path("lying.safetensors"))
    let importing = ["--pool", "a.psr", "import", "model", "judge", "lying.safetensors"]
    try psrdb.limited(toMemory: 1 << 30, importing).expectFailure(1, "lying", "was due")
  }

  @Test func recipes() throws {
    let project = try TinyProject()
    for (text, words) in [
      ("generate: { per_clas: 3 }", "r.yaml:1:13"), ("sellect: { ipc: 3 }", "'select'"),
      ("generate: { per_class: 3", "r.yaml"), ("", "no sections"),
    ] {
      try project.write(text, to: "r.yaml")
      try project.psrdb("run", "r.yaml", "--pool", "p.psr")
        .expectFailure(2, words, "psrdb --pool p.psr run r.yaml")
    }
    // No trust region is a large one: an infinite one could not be recorded after the work.
    let select = "select: { selection: s, ipc: 1, strategy: first }"
    for setting in [
      "radius: .inf", "rate: .inf", "prior: .inf", "proximity: .nan", "networks: 64, width: 256",
    ] {
      try project.write(
        "\(select)\nrefine: { refinement: r, selection: s, \(setting) }", to: "r.yaml")
      try project.psrdb("run", "r.yaml", "--pool", "q.psr")
        .expectFailure(2, "weights of 0 to 1,000,000", "psrdb --pool q.psr refine s")
    }
    // What is wrong with the recipe is said before anything is made.
    #expect(!FileManager.default.fileExists(atPath: project.psrdb.path("p.psr")))
    try project.psrdb("run", "nothing.yaml").expectFailure(4, "nothing.yaml")
  }

  @Test func pools() throws {
    let psrdb = try Program()
    try psrdb("--pool", "a.psr", "info").expectFailure(10, "psrdb init a.psr")
    #expect(try psrdb("init", "a.psr").code == 0)
    try FileManager.default.createDirectory(
      atPath: psrdb.path("plain"), withIntermediateDirectories: false)
    try FileManager.default.createDirectory(
      atPath: psrdb.path("b.psr"), withIntermediateDirectories: false)
    try Files.write([1, 2, 3], to: psrdb.path("file"))
    // The name it proposes is one that init takes.
    for (path, free) in [("plain", "plain.psr"), ("b.psr", "b-2.psr"), ("file", "file.psr")] {
      try psrdb("--pool", path, "info").expectFailure(10, "no pool", "psrdb init \(free)")
      #expect(try psrdb("init", free).code == 0)
    }
    try psrdb("--pool", "plain", "info").expectFailure(10, "psrdb init plain-2.psr")

    let data = psrdb.path("a.psr/data.mdb")
    var bytes = try Files.read(data)
    let format = try #require(bytes.firstRange(of: Array("\"format\":1".utf8)))
    bytes[format.upperBound - 1] = UInt8(ascii: "2")
    try Data(bytes).write(to: URL(fileURLWithPath: data))
    for arguments in [["info"], ["generate", "--per-class", "1"]] {
      try psrdb(["--pool", "a.psr"] + arguments).expectFailure(12, "format 2")
    }
  }

  @Test func selections() throws {
    let project = try TinyProject()
    let psrdb = project.psrdb
    try project.importDataset(into: "a.psr")
    try project.succeed(
      "select", "--ipc", "2", "--name", "real", "--source", "real", "--strategy", "random")
    try psrdb(
      "select", "--ipc", "13", "--name", "x", "--source", "real", "--strategy", "random"
    ).expectFailure(2, "13", "12 real images", "--ipc 12")
    try psrdb("select", "--ipc", "2", "--name", "x", "--source", "real", "--strategy", "randon")
      .expectFailure(2, "random", "psrdb select --help")
    for arguments in [
      ["evaluate", "rael"], ["refine", "rael", "--name", "x"], ["sheet", "rael", "-o", "x.png"],
      ["export", "rael", "x", "--format", "npz"], ["explain", "rael"], ["diff", "rael", "real"],
    ] {
      try psrdb(arguments).expectFailure(4, "'rael'", "'real'", "psrdb query")
    }
    try project.expectWhole("a.psr")
  }
}

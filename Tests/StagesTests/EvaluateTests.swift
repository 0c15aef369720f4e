import Store
import Testing

@testable import Engine
@testable import Stages

@Suite struct EvaluateTests {
  @Test func accuracyIsTheShareOfAllImagesAndOfEachClass() throws {
    let network = Classifier(
      ClassifierArchitecture(.mlp, depth: 2, width: 4, image: [16, 16, 1], classes: 3), seed: 0)
    // Its head always says class 1.
    let head = network.parameters.suffix(2)
    try #require(head.map(\.name) == ["classifier.weight", "classifier.bias"])
    head.first?.value = Tensor(zeros: [3, 4])
    head.last?.value = Tensor([0, 1, 0], shape: [3])
    let split = TrainingImages(
      image: [16, 16, 1], classes: 3, bytes: [UInt8](repeating: 9, count: 4 * 256),
      labels: [0, 0, 0, 1], mean: [0.5], sd: [0.5])
    let (accuracy, byClass) = try #require(Evaluate.accuracy(of: network, on: split))
    #expect(accuracy == 0.25)
    #expect(byClass == [0, 1, 0])
    // The largest of what is no number would be class 0.
    head.last?.value = Tensor([.nan, .nan, .nan], shape: [3])
    #expect(Evaluate.accuracy(of: network, on: split) == nil)
  }

  /// Appends a student as if it had been trained.
  private func append(
    _ accuracy: Double, seed: UInt64, of selection: String, to pool: Pool,
    protocol name: String = "hard", epochs: Int = 5, settings: [String: String] = ["augment": "dsa"]
  ) throws {
    let reader = try SelectionReader(selection, in: pool)
    let settings = settings.merging(["images": "\(reader.members.count)"]) { $1 }
    let content = EvaluateContent(
      selection: selection, protocolName: name, student: "mlp-8", settings: settings, seed: seed,
      epochs: epochs, accuracy: accuracy, classAccuracy: [0, 0, 0], test: "t",
      train: SHA256.hex(of: try reader.packed()), seconds: 1)
    try pool.append(Draft(.evaluate(content)))
  }

  private func evaluate(_ selection: String, seeds: Int, _ pool: Pool) throws -> Evaluate.Report {
    var stage = Evaluate(selection: selection)
    (stage.student, stage.epochs, stage.seeds) = ("mlp-8", 5, seeds)
    return try stage.run(RealPool.context(pool))
  }

  @Test func theReportSumsUpStudents() throws {
    let files = try RealPool()
    let pool = try files.filled()
    for (seed, accuracy) in [0.5, 0.25, 0.75].enumerated() {
      try append(accuracy, seed: UInt64(seed), of: "two", to: pool)
    }
    let report = try evaluate("two", seeds: 3, pool)
    #expect(report.trained == 0 && report.accuracies == [0.5, 0.25, 0.75])
    #expect(report.accuracy == 0.5 && report.accuracySd == 0.25)
    #expect(report.missingClasses == nil)
    let two = try evaluate("two", seeds: 2, pool)
    #expect(two.accuracy == 0.375)
    // |.5 - .25|/√2
    #expect(abs(try #require(two.accuracySd) - 0.1767767) < 1e-7)
  }

  @Test func aStudentIsKnownByAllThatMadeIt() throws {
    let files = try RealPool()
    let pool = try files.filled()
    try append(0.5, seed: 0, of: "two", to: pool)
    let changes: [(inout Evaluate) -> Void] = [
      { $0.epochs = 6 }, { $0.student = "mlp-4" }, { $0.augment = "none" },
    ]
    for change in changes {
      var stage = Evaluate(selection: "two")
      (stage.student, stage.epochs, stage.seeds) = ("mlp-8", 5, 1)
      change(&stage)
      #expect(try stage.run(RealPool.context(pool)).trained == 1)
      #expect(try stage.run(RealPool.context(pool)).trained == 0)
    }
    // Those of another teacher's labels are others.
    var soft = Evaluate(selection: "two")
    soft.protocolName = "soft"
    (soft.student, soft.epochs, soft.seeds, soft.views) = ("mlp-4", 1, 1, 2)
    for seed in [0, 9] as [UInt64] {
      try files.importModel(.teacher, RealPool.untrained(.teacher, seed: seed), into: pool)
      #expect(try soft.run(RealPool.context(pool)).trained == 1)
      #expect(try soft.run(RealPool.context(pool)).trained == 0)
    }
  }

  /// What docs/evaluations holds is of these.
  @Test func defaultsAreTheProtocols() throws {
    let files = try RealPool()
    let pool = try files.filled()
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    let teacher = try Models.newest(in: pool)["teacher"] ?? ""
    let soft = ["temperature": "4.0", "teacher": teacher]
    try append(0.1, seed: 0, of: "two", to: pool, epochs: 1000)
    try append(
      0.2, seed: 0, of: "two", to: pool, protocol: "soft", epochs: 300,
      settings: soft.merging(["augment": "views", "views": "8"]) { $1 })
    try append(
      0.3, seed: 0, of: "two", to: pool, protocol: "soft", epochs: 1000,
      settings: soft.merging(["augment": "cutmix", "views": "256"]) { $1 })
    for (name, augment, accuracy) in [
      ("hard", nil, 0.1), ("soft", nil, 0.2), ("soft", "cutmix", 0.3),
    ] as [(String, String?, Double)] {
      var stage = Evaluate(selection: "two")
      (stage.protocolName, stage.augment, stage.student, stage.seeds) = (name, augment, "mlp-8", 1)
      let report = try stage.run(RealPool.context(pool))
      #expect(report.trained == 0 && report.accuracy == accuracy)
    }
  }

  @Test func aStoppedStudentGoesOnBesideThePool() throws {
    let files = try RealPool()
    let pool = try files.filled()
    var stage = Evaluate(selection: "two")
    (stage.student, stage.epochs, stage.seeds) = ("mlp-8", 6, 1)
    #expect(try files.stoppedAndResumed(pool) { try stage.run($0).trained } == 1)
  }

  @Test func classesThatTheSetLacksAreCounted() throws {
    let files = try RealPool()
    let pool = try files.filled()
    var select = Select(selection: "boots", ipc: 2)
    (select.strategy, select.classes) = ("first", ["boot"])
    _ = try select.run(RealPool.context(pool))
    try append(0.5, seed: 0, of: "boots", to: pool)
    let report = try evaluate("boots", seeds: 1, pool)
    #expect(report.missingClasses == 2 && report.accuracySd == nil)
  }

  /// Logits of a soft student's three views, [3, 6, 3].
  private func softLabels(_ augment: String, _ pool: Pool) throws -> [Float] {
    var stage = Evaluate(selection: "two")
    (stage.protocolName, stage.student, stage.augment) = ("soft", "mlp-4", augment)
    (stage.seeds, stage.epochs, stage.views) = (1, 1, 3)
    _ = try stage.run(RealPool.context(pool))
    let entry = try #require(try pool.entries(.evaluate).last)
    let number = try #require(entry.tensorNumber("soft_labels", class: nil))
    #expect(entry.tensors[number].shape == [3, 6, 3])
    return try pool.floats(entry.sequence, number)
  }

  /// Images of 28 × 28, mirrored, then moved, the border repeated.
  private func moved(_ bytes: [UInt8], mirrored: Bool, down: Int, right: Int) -> [UInt8] {
    func inside(_ place: Int) -> Int { min(max(place, 0), 27) }
    return stride(from: 0, to: bytes.count, by: 784).flatMap { image in
      var rows = (0..<28).map { Array(bytes[image + $0 * 28..<image + ($0 + 1) * 28]) }
      if mirrored { rows = rows.map { $0.reversed() } }
      return (0..<28).flatMap { y in
        (0..<28).map { x in rows[inside(y - down)][inside(x - right)] }
      }
    }
  }

  @Test func softLabelsAreWhatTheTeacherSaysOfEachView() throws {
    let files = try RealPool()
    let pool = try files.filled()
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    let plain = try softLabels("views", pool)
    let bytes = try SelectionReader("two", in: pool).packed()
    let scaling = try RealImages(.train, in: pool).scaling
    let teacher = try Models(pool).teacher().network
    // The moves of Philox stream (seed 0, `.views`, index), by Philox in Python.
    let views = [(false, 0, 0), (true, 0, 2), (false, 0, -1)]
    for (view, (mirrored, down, right)) in views.enumerated() {
      let shown = moved(bytes, mirrored: mirrored, down: down, right: right)
      let expected = teacher.forward(
        scaling.standardised(bytes: shown, shape: [6, 28, 28, 1]), .inference
      ).logits.values
      for (a, b) in zip(plain[view * 18..<(view + 1) * 18], expected) {
        #expect(abs(a - b) < 2e-3)
      }
    }
    let mixed = try softLabels("cutmix", pool)
    #expect(mixed[..<18] == plain[..<18])
    #expect(mixed[18..<36] != plain[18..<36])
    let student = try #require(try pool.entries(.evaluate).last)
    #expect(student.arguments["optimizer"] == "adamw" && student.arguments["rate"] == "0.001")
  }
}

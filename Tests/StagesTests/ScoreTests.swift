import Engine
import Foundation
import Store
import Testing

@testable import Stages

@Suite struct ScoreTests {
  private let files: RealPool
  private let pool: Pool
  private let stage: Score

  init() throws {
    files = try RealPool()
    pool = try files.filled()
    for (seed, role) in [Role.teacher, .judge].enumerated() {
      try files.importModel(role, RealPool.untrained(role, seed: UInt64(seed)), into: pool)
    }
    var stage = Score()
    (stage.scoring, stage.views, stage.seed) = ("mine", 3, 5)
    self.stage = stage
    _ = try stage.run(RealPool.context(pool))
  }

  /// Tensors by name of what scored the candidates of a class.
  private func stored(_ label: Int) throws -> [String: Tensor] {
    let scorings = try pool.query(
      """
      SELECT s.entry FROM scorings AS s JOIN generations AS g ON g.entry = s.target
      WHERE s.scoring = 'mine' AND s.class = ?
      """, [Value(label)])
    let entry = try pool.entry(Int64(#require(scorings.rows.first?.first?.int)))
    var tensors: [String: Tensor] = [:]
    for (number, tensor) in entry.tensors.enumerated() {
      tensors[tensor.name] = Tensor(
        try pool.floats(entry.sequence, number), shape: tensor.shape)
    }
    return tensors
  }

  private func softmax(_ logits: [Float]) -> [Double] {
    let powers = logits.map { exp(Double($0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  @Test func columnsAreWhatTheStoredLogitsSay() throws {
    for label in RealPool.classes.indices {
      let logits = try #require(try stored(label)["logits"])
      #expect(logits.shape == [RealPool.candidateCount, 3, 3])
      let rows = try pool.query(
        """
        SELECT confidence, reliability, entropy, margin, agreement, correct FROM version_scores
        WHERE scoring = 'mine' AND version = 0 AND class = ? ORDER BY number
        """, [Value(label)]
      ).rows
      #expect(rows.count == RealPool.candidateCount)
      for (candidate, row) in rows.enumerated() {
        let own = logits.rows(candidate..<candidate + 1).values
        let views = (0..<3).map { softmax(Array(own[$0 * 3..<$0 * 3 + 3])) }
        let mean = (0..<3).map { k in views.reduce(0) { $0 + $1[k] } / 3 }
        let others = mean.indices.filter { $0 != label }.map { mean[$0] }
        let margin = mean[label] - (others.max() ?? 0)
        let expected = [
          mean[label], views.reduce(0) { $0 + log($1[label]) } / 3,
          -mean.reduce(0) { $0 + $1 * log($1) }, margin,
          Double(views.count { $0[label] == $0.max() }) / 3,
        ]
        for (value, expected) in zip(row, expected) {
          #expect(abs(try #require(value.double) - expected) < 1e-3)
        }
        #expect(row[5].int == (margin > 0 ? 1 : 0))
      }
    }
  }

  @Test func networksSeeTheImagesAsViewsShowThem() throws {
    let scaling = try RealImages(.train, in: pool).scaling
    let label = 1
    let images = scaling.standardised(
      bytes: try RealPool.images(label, 30..<35), shape: [5, 28, 28, 1])
    let models = Models(pool)
    let teacher = try models.teacher().network
    let tensors = try stored(label)

    let logits = try #require(tensors["logits"]).reshaped([15, 3])
    for (number, view) in View.list(3, seed: 5, flips: true).enumerated() {
      let expected = teacher.forward(view.apply(images), .inference).logits
      let own = logits.gather((0..<5).map { $0 * 3 + number })
      for (a, b) in zip(own.values, expected.values) { #expect(abs(a - b) < 2e-3) }
    }

    // Of the images as they are, of unit length.
    let features = try #require(tensors["features"])
    let plain = teacher.forward(images, .inference).features
    for row in 0..<5 {
      let expected = plain.rows(row..<row + 1).values
      let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (a, b) in zip(features.rows(row..<row + 1).values, expected) {
        #expect(abs(a - b / length) < 1e-3)
      }
    }

    let judged = try models.judge().network.forward(images, .inference).logits
    let rows = try pool.query(
      """
      SELECT judge_confidence, judge_correct FROM version_scores
      WHERE scoring = 'mine' AND version = 0 AND class = 1 ORDER BY number
      """
    ).rows
    for (row, values) in rows.enumerated() {
      let expected = softmax(judged.rows(row..<row + 1).values)
      #expect(abs(try #require(values[0].double) - expected[label]) < 1e-4)
      #expect(values[1].int == (expected[label] == expected.max() ? 1 : 0))
    }
  }

  @Test func realImagesAreScoredButForTheTestSplit() throws {
    let counts = try pool.query(
      "SELECT split, count(*) FROM image_scores WHERE scoring = 'mine' GROUP BY 1")
    #expect(counts.rows == [[.text("train"), .integer(18)]])
  }

  @Test(arguments: [Role.teacher, .judge])
  func aScoringIsOfOneTeacherAndJudge(_ role: Role) throws {
    let context = RealPool.context(pool)
    try files.importModel(role, RealPool.untrained(role, seed: 9), into: pool)
    let error = #expect(throws: PoolError.self) { try stage.run(context) }
    #expect(error?.code == .usage && error?.message.contains(" \(role.rawValue) ") == true)
    let seed: UInt64 = role == .judge ? 1 : 0
    try files.importModel(role, RealPool.untrained(role, seed: seed), into: pool)
    let report = try stage.run(context)
    #expect(report.candidates == 0 && report.real == 0)
    let seen = try pool.query(
      "SELECT correct FROM version_scores WHERE scoring = 'mine' AND version = 0")
    let correct = seen.rows.count { $0[0].int == 1 }
    #expect(report.candidateAccuracy == Double(correct) / Double(seen.rows.count))
  }

  /// Candidates that were scored before there was a judge leave the judge open only once.
  @Test func theJudgeIsOneAlsoWhereTheFirstHaveNone() throws {
    let files = try RealPool()
    let pool = try files.pool()
    let context = RealPool.context(pool)
    _ = try files.importing.run(context)
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    for label in 0..<2 {
      try pool.append(try RealPool.generate(label))
      _ = try Score().run(context)
      try files.importModel(.judge, RealPool.untrained(.judge, seed: 1), into: pool)
    }
    try files.importModel(.judge, RealPool.untrained(.judge, seed: 2), into: pool)
    try pool.append(try RealPool.generate(2))
    #expect(RealPool.code { _ = try Score().run(context) } == .usage)
  }

  /// Whoever goes on without saying how many real images goes on with as many.
  @Test func aStoppedScoringKeepsItsReference() throws {
    let files = try RealPool()
    let pool = try files.pool()
    _ = try files.importing.run(RealPool.context(pool))
    try files.importModel(.teacher, RealPool.untrained(.teacher, seed: 0), into: pool)
    var stage = Score()
    stage.reference = 4
    let stopped = Context(
      pool: pool, report: { _ in },
      isCancelled: { (try? pool.query("SELECT 1 FROM scorings").rows.count) ?? 0 > 0 })
    #expect(throws: Interrupted.self) { try stage.run(stopped) }
    #expect(try Score().run(RealPool.context(pool)).real == 8)
    #expect(
      try pool.query("SELECT DISTINCT items FROM scorings").rows == [[4]])
  }
}

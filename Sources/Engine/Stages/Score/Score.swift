import Engine
import Foundation
import Store

/// Has the teacher and the judge look at everything that has no scores of this name yet: the
/// batches of candidates, and the first `reference` training images of each class, whose features
/// selections are to cover.
public struct Score: Decodable, Equatable, Sendable {
  public var scoring = "base"
  /// Views the teacher sees of each candidate; real images are seen once. Not tuned.
  public var views = 4
  public var seed: UInt64 = 0
  /// Real images of each class, 0 for all; nil for as many as the scoring has, or 500,
  /// which is not tuned.
  public var reference: Int?

  public init() {}

  /// The settings that an entry of the journal was made with.
  init(of content: ScoreContent) {
    (scoring, views, seed) = (content.scoring, content.views, content.seed)
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case scoring, views, seed, reference
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try values.read(.scoring, into: &scoring)
    try values.read(.views, into: &views)
    try values.read(.seed, into: &seed)
    reference = try values.decodeIfPresent(Int.self, forKey: .reference)
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var scoring: String
    /// Images scored now.
    public var candidates: Int
    public var real: Int
    /// The share of all of the scoring's candidates, as generated, whose class the teacher sees, in
    /// 0...1; nil for none.
    public var candidateAccuracy: Double?
    /// Of all of the scoring's candidates, those of the class that has fewest.
    public var candidatesPerClass: Int
    public var seconds: Double
  }

  /// Rows of one class of one entry.
  private struct Piece {
    var entry: Entry
    var tensor: Int
    var label: Int
    var count: Int
    /// Number of the candidate in the first row; 0 for other images.
    var first: Int
    var isReal: Bool
  }

  /// - Throws: `PoolError`; `Interrupted`, with every finished batch kept.
  public func run(_ context: Context) throws -> Report {
    let start = ProcessInfo.processInfo.systemUptime
    try check()
    context.begin("score")
    let pool = context.pool
    let models = Models(pool)
    let teacher = try models.teacher()
    let judge = try Models.ifThere { try models.judge() }
    try checkSettings(teacher: teacher.digest, judge: judge?.digest, pool)
    let real = try RealImages(.train, in: pool)
    let pieces = try missing(real, pool)
    try requireRoom(pieces, featureSize: teacher.network.featureSize)
    let total = pieces.reduce(0) { $0 + $1.count }
    var done = 0
    try context.step(0, of: max(total, 1))
    for piece in pieces {
      let count = piece.isReal ? 1 : views
      let scorer = Scorer(
        teacher: teacher.network, judge: judge?.network,
        views: View.list(count, seed: seed, flips: real.flips), scaling: real.scaling)
      try requireFit(piece, real.content)
      let shape = [piece.count] + real.content.image
      let images = try pool.bytes(piece.entry.sequence, piece.tensor, rows: 0..<piece.count)
      let scores = try scorer.score(images, shape: shape, label: piece.label, first: piece.first) {
        try context.step(done + $0, of: total, note: "class \(piece.label)")
      }
      let content = ScoreContent(
        scoring: scoring, target: piece.entry.sequence, class: piece.label,
        teacher: teacher.digest, judge: judge?.digest, views: count, seed: seed,
        flips: real.flips ? nil : false, columns: scorer.columns)
      try pool.append(
        Draft(
          .score(content), arguments: ["reference": reference.map(String.init) ?? ""],
          tensors: scores.tensors(class: piece.label, count: piece.count, views: count)))
      done += piece.count
    }
    if total > 0 { try context.step(total, of: total) }
    let candidates = pieces.reduce(0) { $0 + ($1.isReal ? 0 : $1.count) }
    let seen = try pool.query(
      """
      SELECT 1.0 * sum(correct) / sum(number), min(number) FROM (
        SELECT sum(correct) AS correct, count(*) AS number FROM version_scores WHERE version = 0 AND scoring = ? GROUP BY class)
      """, [.text(scoring)]
    ).rows.first
    return Report(
      scoring: scoring, candidates: candidates, real: total - candidates,
      candidateAccuracy: seen?[0].double, candidatesPerClass: seen?[1].int ?? 0,
      seconds: ProcessInfo.processInfo.systemUptime - start)
  }

  /// Features of a class are one tensor, in half precision.
  private func requireRoom(_ pieces: [Piece], featureSize: Int) throws(PoolError) {
    let most = TensorDraft.largest / (2 * featureSize)
    guard let piece = pieces.first(where: { $0.count > most }) else { return }
    throw PoolError(
      .usage,
      "The teacher has \(featureSize) features of an image: a pool holds those of \(most) images of "
        + "a class, not of \(piece.count).",
      remedy: "psrdb score --name \(shellWord(scoring)) --reference \(most)")
  }

  /// Candidates may be older than the data set, or have come by a merge.
  private func requireFit(_ piece: Piece, _ data: DatasetContent) throws(PoolError) {
    let image = Array(piece.entry.tensors[piece.tensor].shape.dropFirst())
    guard image == data.image, piece.label < data.classes.count else {
      throw PoolError(
        .usage,
        "The candidates of entry \(piece.entry.sequence) are of another size, or class, than the real "
          + "images of '\(data.dataset)'.",
        remedy: "Drop them: psrdb drop --where \"entry = \(piece.entry.sequence)\" --reason other")
    }
  }

  /// Refuses numbers and names that cannot be, before anything is read.
  func check() throws {
    try checkName(scoring, of: "scoring")
    guard (1...64).contains(views), reference ?? 0 >= 0 else {
      throw PoolError(
        .usage, "Scoring takes 1 to 64 views, and 0 or more real images of a class.",
        remedy: "psrdb score --views 4 --reference 500")
    }
    try checkSeed(seed, remedy: "psrdb score --seed 1")
  }

  /// Refuses to mix what other networks, or other views, say under one name.
  private func checkSettings(teacher: String, judge: String?, _ pool: Pool) throws {
    // Of candidates, where there are any: real images are seen once, as they are.
    let known = try pool.query(
      """
      SELECT entry, target IN (SELECT entry FROM datasets) FROM scorings WHERE scoring = ?
      ORDER BY 2, 1 LIMIT 1
      """, [.text(scoring)])
    guard let row = known.rows.first, let sequence = row[0].int,
      case .score(let before) = try pool.entry(Int64(sequence)).content
    else { return }
    var settings = [("teacher", "\(before.teacher.prefix(8))", "\(teacher.prefix(8))")]
    // The first were perhaps scored before there was one.
    let judged = try pool.query(
      "SELECT judge FROM scorings WHERE scoring = ? AND judge IS NOT NULL LIMIT 1",
      [.text(scoring)])
    if let judge, let known = judged.rows.first?.first?.string {
      settings.append(("judge", "\(known.prefix(8))", "\(judge.prefix(8))"))
    }
    let isOfOthers = settings.contains { $0.1 != $0.2 }
    if row[1].int == 0 {
      settings += [
        ("views", "\(before.views)", "\(views)"), ("seed", "\(before.seed)", "\(seed)"),
      ]
    }
    let differences = settings.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1), not \($0.2)" }
    guard !differences.isEmpty else { return }
    throw PoolError(
      .usage, "The scoring '\(scoring)' has \(differences.joined(separator: "; ")).",
      remedy: "Score under a new name: psrdb score --name \(shellWord(scoring + "-2")); or "
        + (isOfOthers
          ? "import the model that it has again: psrdb import model ROLE FILE"
          : "as before: \(Score(of: before).command)"))
  }

  /// As it is typed, but for `--reference`.
  var command: String {
    let standard = Score()
    var words = ["psrdb score"]
    if scoring != standard.scoring { words.append("--name \(shellWord(scoring))") }
    if views != standard.views { words.append("--views \(views)") }
    if seed != standard.seed { words.append("--seed \(seed)") }
    return words.joined(separator: " ")
  }

  private func missing(_ real: RealImages, _ pool: Pool) throws -> [Piece] {
    let known = try pool.query(
      "SELECT target, class, items, entry FROM scorings WHERE scoring = ? ORDER BY entry",
      [.text(scoring)])
    var scored: [String: Int] = [:]
    for row in known.rows {
      scored["\(row[0].int ?? 0) \(row[1].int ?? 0)"] = row[2].int ?? 0
    }
    // What was asked for when the first real images were scored.
    let first = known.rows.first { $0[0].int == Int(real.entry.sequence) }?[3].int
    let asked = try first.flatMap { try pool.entry(Int64($0)).arguments["reference"] }
    let standard = asked.flatMap { Int($0) } ?? 500
    var pieces: [Piece] = []
    for (label, count) in real.content.counts.enumerated() where count > 0 {
      guard let tensor = real.entry.tensorNumber("images", class: label) else { continue }
      let wanted = reference ?? scored["\(real.entry.sequence) \(label)"] ?? standard
      pieces.append(
        Piece(
          entry: real.entry, tensor: tensor, label: label,
          count: wanted == 0 ? count : min(wanted, count), first: 0, isReal: true))
    }
    for entry in try pool.entries(.generate) + pool.entries(.refine) {
      let (label, first): (Int, Int) =
        switch entry.content {
        case .generate(let content): (content.class, content.first)
        case .refine(let content): (content.class, 0)
        default: (0, 0)
        }
      guard let tensor = entry.tensorNumber("image", class: label) else { continue }
      pieces.append(
        Piece(
          entry: entry, tensor: tensor, label: label, count: entry.tensors[tensor].shape[0],
          first: first, isReal: false))
    }
    return try pieces.filter { piece in
      guard let items = scored["\(piece.entry.sequence) \(piece.label)"] else {
        return try piece.isReal || isLive(piece.entry, pool)
      }
      guard items == piece.count else {
        throw PoolError(
          .usage,
          "The scoring '\(scoring)' has \(items) real images of class \(piece.label), not "
            + "\(piece.count).",
          remedy: "Ask for --reference \(items), or score under a new name: psrdb score --name "
            + shellWord(scoring + "-2"))
      }
      return false
    }
  }

  /// Whether any of a batch is left: gc may have freed the images of one that was dropped.
  private func isLive(_ entry: Entry, _ pool: Pool) throws -> Bool {
    let items = Item.range(of: entry.sequence)
    let live = try pool.query(
      "SELECT 1 FROM versions WHERE item BETWEEN ? AND ? LIMIT 1",
      [.integer(items.lowerBound), .integer(items.upperBound)])
    return !live.rows.isEmpty
  }
}

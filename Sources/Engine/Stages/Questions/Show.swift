public import Store

/// `show`: all that the index knows of a candidate, version or real image.
public struct Show: Equatable, Sendable {
  public var id: String

  public init(_ id: String) { self.id = id }

  public struct Report: Encodable, Equatable, Sendable {
    public var id: String
    public var kind: String
    public var `class`: Int
    public var className: String?
    /// Where its bytes are: journal entry and row.
    public var entry: Int64
    public var row: Int
    public var scores: [Score]
    public var versions: [Version]
    public var selections: [Membership]
  }

  public struct Score: Encodable, Equatable, Sendable {
    public var scoring: String
    public var correct: Int?
    public var confidence: Double?
    public var reliability: Double?
    public var entropy: Double?
    public var margin: Double?
    public var agreement: Double?
    public var judgeCorrect: Int?
    public var judgeConfidence: Double?
  }

  public struct Version: Encodable, Equatable, Sendable {
    public var id: String
    public var refinement: String?
    public var verdict: String?
    public var judgeLossBefore: Double?
    public var judgeLossAfter: Double?
    public var entry: Int64
  }

  public struct Membership: Encodable, Equatable, Sendable {
    public var selection: String
    public var version: String
    public var rank: Int
    public var gain: Double?
    public var flagged: Bool
  }

  /// - Throws: `PoolError` with code `notFound`.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    let item = try PoolItem.named(id, in: pool, asOf: asOf)
    let isVersion = item.kind == .version
    let scores = try pool.query(
      """
      SELECT scoring, correct, confidence, reliability, entropy, margin, agreement, judge_correct,
        judge_confidence
      FROM \(isVersion ? "version_scores" : "image_scores")
      WHERE id = ? AND scoring IS NOT NULL ORDER BY scoring
      """, [.text(item.id)], asOf: asOf)
    let versions = try pool.query(
      """
      SELECT v.id, v.refinement, r.verdict, r.judge_loss_before, r.judge_loss_after, v.entry
      FROM versions AS v LEFT JOIN refinements AS r ON r.item = v.item
      WHERE v.id = (SELECT candidate FROM versions WHERE id = ?1) || '@0'
        OR (v.candidate = (SELECT candidate FROM versions WHERE id = ?1) AND v.version > 0)
      ORDER BY v.version
      """, [.text(item.id)], asOf: asOf)
    let selections = try pool.query(
      """
      SELECT selection, id, rank, gain, flagged FROM members
      WHERE selection IN (SELECT selection FROM selections) AND class = ?2
        AND (id = ?1 OR candidate = (SELECT candidate FROM versions WHERE id = ?1))
      ORDER BY created, selection
      """, [.text(item.id), Value(item.label)], asOf: asOf)
    return Report(
      id: item.id, kind: isVersion ? "version" : "image", class: item.label,
      className: try item.className(in: pool, asOf: asOf), entry: item.entry, row: item.row,
      scores: scores.rows.map { row in
        Score(
          scoring: row[0].string ?? "", correct: row[1].int, confidence: row[2].double,
          reliability: row[3].double, entropy: row[4].double, margin: row[5].double,
          agreement: row[6].double, judgeCorrect: row[7].int, judgeConfidence: row[8].double)
      },
      versions: versions.rows.map { row in
        Version(
          id: row[0].string ?? "", refinement: row[1].string, verdict: row[2].string,
          judgeLossBefore: row[3].double, judgeLossAfter: row[4].double,
          entry: Int64(row[5].int ?? 0))
      },
      selections: selections.rows.map { row in
        Membership(
          selection: row[0].string ?? "", version: row[1].string ?? "", rank: row[2].int ?? 0,
          gain: row[3].double, flagged: row[4].int == 1)
      })
  }
}

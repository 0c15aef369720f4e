import Foundation
public import Store

/// `info`: what a pool holds and what it takes on disk.
public struct Info: Equatable, Sendable {
  public init() {}

  public struct Report: Encodable, Equatable, Sendable {
    public var path: String
    public var pool: String
    public var format: Int
    public var sequence: Int64
    /// The digest of the last entry: what identifies this state of the pool.
    public var fingerprint: String
    /// As files say, and as the file system gives them.
    public var bytes: Int
    public var allocatedBytes: Int
    /// Why the file system gives less than the file says, where it does.
    public var sparse: String?
    public var indexBytes: Int
    /// Every version of psrdb and every BLAS that wrote to it.
    public var psrdb: [String]
    public var blas: [String]
    public var entries: [Entries]
    public var datasets: [Dataset]
    public var models: [Model]
    public var classes: [Class]
    public var selections: [Selection]
  }

  public struct Entries: Encodable, Equatable, Sendable {
    public var kind: String
    public var count: Int
    public var bytes: Int
  }

  public struct Dataset: Encodable, Equatable, Sendable {
    public var dataset: String
    public var split: String
    public var images: Int
    public var classes: Int
    public var size: String
  }

  public struct Model: Encodable, Equatable, Sendable {
    public var role: String
    public var digest: String
    public var bytes: Int
    public var origin: String
  }

  public struct Class: Encodable, Equatable, Sendable {
    public var `class`: Int
    public var name: String?
    public var candidates: Int
    public var versions: Int
    /// Versions that the teacher takes for their class, of those scored: by the pool's first scoring.
    public var correct: Int
    public var scored: Int
  }

  public struct Selection: Encodable, Equatable, Sendable {
    public var selection: String
    public var strategy: String
    public var source: String
    public var ipc: Int
    /// An image holds factor × factor members.
    public var factor: Int
    public var members: Int
  }

  /// - Throws: `PoolError` when the pool cannot be read.
  public func run(_ pool: Pool, asOf: Int64? = nil) throws -> Report {
    try pool.frozen(asOf: asOf) { try report(pool, asOf) }
  }

  private func report(_ pool: Pool, _ asOf: Int64?) throws -> Report {
    func rows(_ sql: String) throws -> [[Value]] { try pool.query(sql, asOf: asOf).rows }
    let head = try rows("SELECT sequence, digest FROM journal ORDER BY sequence DESC LIMIT 1")
    guard case .`init`(let birth) = try pool.entry(1).content, let last = head.first else {
      throw PoolError(
        .damage, "The journal of \(pool.path) has no beginning.", remedy: "psrdb verify")
    }
    let data = Self.size(pool.path + "/data.mdb")
    return Report(
      path: pool.path, pool: birth.pool, format: birth.format,
      sequence: Int64(last[0].int ?? 0), fingerprint: last[1].string ?? "", bytes: data.apparent,
      allocatedBytes: data.allocated,
      sparse: data.allocated < data.apparent
        ? "parts of data.mdb never written take no room on disk; a plain copy of it may" : nil,
      indexBytes: Self.size(pool.path + "/index.sqlite").apparent,
      psrdb: try rows("SELECT DISTINCT psrdb FROM journal ORDER BY 1").map { $0[0].string ?? "" },
      blas: try rows("SELECT DISTINCT blas FROM journal ORDER BY 1").map { $0[0].string ?? "" },
      entries: try rows(
        "SELECT kind, count(*), sum(bytes) FROM journal GROUP BY kind ORDER BY min(sequence)"
      ).map { Entries(kind: $0[0].string ?? "", count: $0[1].int ?? 0, bytes: $0[2].int ?? 0) },
      datasets: try rows(
        "SELECT dataset, split, images, classes, height, width, channels FROM datasets ORDER BY entry"
      ).map { row in
        Dataset(
          dataset: row[0].string ?? "", split: row[1].string ?? "", images: row[2].int ?? 0,
          classes: row[3].int ?? 0, size: row[4...].map { "\($0.int ?? 0)" }.joined(separator: "×"))
      },
      models: try rows("SELECT role, digest, bytes, origin FROM models ORDER BY entry").map {
        Model(
          role: $0[0].string ?? "", digest: $0[1].string ?? "", bytes: $0[2].int ?? 0,
          origin: $0[3].string ?? "")
      },
      classes: try ClassCounts(pool, asOf: asOf).classes(),
      selections: try rows(
        """
        SELECT selection, strategy, source, ipc, factor,
          (SELECT count(*) FROM members AS m WHERE m.selection = s.selection)
        FROM selections AS s ORDER BY entry
        """
      ).map {
        Selection(
          selection: $0[0].string ?? "", strategy: $0[1].string ?? "", source: $0[2].string ?? "",
          ipc: $0[3].int ?? 0, factor: $0[4].int ?? 1, members: $0[5].int ?? 0)
      })
  }

  private static func size(_ path: String) -> (apparent: Int, allocated: Int) {
    var status = stat()
    guard stat(path, &status) == 0 else { return (0, 0) }
    return (Int(status.st_size), Int(status.st_blocks) * 512)
  }
}

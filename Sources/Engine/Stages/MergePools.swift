import Store

/// Takes what other pools hold and this one does not, one pool after the other.
public struct MergePools: Equatable, Sendable {
  public var paths: [String]

  public init(_ paths: [String]) { self.paths = paths }

  public struct Report: Encodable, Equatable, Sendable {
    public var path: String
    public var fingerprint: String
    public var shards: [Shard]
    /// Of each role whose newest model, which counts, came by the merge in place of one that was
    /// there: the digest of that one.
    public var replacedModels: [String: String]
  }

  /// What was taken of one: see `Merged`.
  public struct Shard: Encodable, Equatable, Sendable {
    public var path: String
    public var taken: Int
    public var known: Int
    public var leftBehind: Int
    public var leftOut: Int
  }

  /// - Throws: `PoolError`, as `Pool.merge`; `Interrupted`, with every pool that was taken kept.
  public func run(_ context: Context) throws -> Report {
    let pool = context.pool
    context.begin("merge")
    let before = try Models.newest(in: pool)
    let shards = try paths.enumerated().map { number, path in
      try context.pause()
      let note = paths.count > 1 ? "\(path), \(number + 1) of \(paths.count)" : path
      let merged = try pool.merge(path) { done, total in
        try context.step(done, of: total, note: note, isBytes: true)
      }
      return Shard(
        path: path, taken: merged.entries, known: merged.known, leftBehind: merged.leftBehind,
        leftOut: merged.leftOut)
    }
    let after = try Models.newest(in: pool)
    return Report(
      path: pool.path, fingerprint: pool.head.digest, shards: shards,
      replacedModels: before.filter { after[$0.key] != $0.value })
  }
}

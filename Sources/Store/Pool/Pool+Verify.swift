extension Pool {
  /// Looks for damage: the file's structure, the chain, that every tensor is there, that the index
  /// is what the journal says. Never crashes on a damaged file; needs no lock.
  ///
  /// - Parameters:
  ///   - deep: digests every tensor too.
  ///   - subset: with `deep`, digests only the part `index` of `count`.
  ///   - progress: called with bytes done and in all (`deep`) or entries; what it throws ends it.
  /// - Throws: `PoolError`: `noPool`, `newerFormat`; `locked` or `failure` where this user may not
  ///   read it, or not now, or it is compacted meanwhile; or what `progress` throws.
  public static func verify(
    at path: String, deep: Bool = false, subset: (index: Int, count: Int) = (0, 1),
    progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) throws -> Verification {
    let files = PoolFiles(directory: path)
    precondition(subset.count > 0 && (0..<subset.count).contains(subset.index))
    let environment: Environment
    do {
      guard try files.exist() else { throw noPool(files) }
      try files.requireShort()
      try files.requirePlain()
      try MetaPages.check(files.data)
      environment = try EnvironmentRegistry.environment(
        directory: files.directory, mapSize: Environment.mapSize(for: files.data))
      try environment.read { try PageWalk.check(files.data, transaction: $0.identity) }
    } catch {
      let error = explain(error, files, "Could not open")
      // That a file may not be read is nothing wrong with it.
      guard error.code == .damage else { throw error }
      // Nothing below the pages can be trusted to be readable.
      if let name = files.irregular, name != "data.mdb" {
        return Verification(findings: [
          Finding(
            id: "file", what: error.reason, where: name, remedy: "Remove it; then psrdb reindex.")
        ])
      }
      return Verification(findings: [
        Finding(id: "data", what: error.reason, where: "data.mdb", remedy: Verifier.remedy)
      ])
    }
    let pool = Pool(
      files, environment, Provenance(version: "", blas: "", threads: 0), head: (0, Entry.origin))
    // What a newer psrdb wrote is no damage.
    if case .`init`(let birth)? = (try? pool.entry(1))?.content { try pool.requireKnown(birth) }
    var verifier = Verifier(environment, deep: deep, subset: subset, progress: progress)
    try verifier.run()
    if verifier.findings.contains(where: { $0.where != "data.mdb" || $0.id == "journal-gap" }) {
      // The index of a damaged journal has nothing to be compared with.
      return Verification(findings: verifier.findings)
    }
    let findings =
      try verifier.findings
      + IndexCheck.findings(pool, deep: deep, entries: verifier.entries)
    return Verification(
      findings: findings, fingerprint: findings.isEmpty ? verifier.entries.last?.digest : nil)
  }

  /// What `Pool.verify(at:)` finds in this pool.
  public func verify(deep: Bool = false) throws -> [Finding] {
    try Self.verify(at: path, deep: deep).findings
  }
}

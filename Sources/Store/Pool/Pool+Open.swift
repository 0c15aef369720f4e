import Foundation

extension Pool {
  /// The number of the on-disk format (schema/format.md).
  public static let format = 1

  /// Makes an empty pool, opened for writing. It appears at once and whole, or not at all.
  ///
  /// - Throws: `PoolError`: `usage` where a pool is at `path` already, `noPool` where something else is.
  public static func create(at path: String, provenance: Provenance) throws -> Pool {
    let files = PoolFiles(directory: path)
    let path = files.directory
    guard !PoolFiles.isTaken(path) else {
      guard (try? files.exist()) == true else { throw noPool(files) }
      throw PoolError(
        .usage, "\(path) is there already.",
        remedy:
          "Give another name with --pool, or use the pool: psrdb --pool \(shellWord(path)) info")
    }
    try PoolFiles.requireOutsidePool(path)
    PoolFiles.removeAbandoned(path)
    let temporary = PoolFiles.beside(path)
    do {
      try temporary.requireShort()
      try Self.make(temporary, provenance)
      // Two inits of one name: the second finds a directory that is not empty, and fails.
      guard rename(temporary.directory, path) == 0 else {
        throw SystemError("rename", temporary.directory)
      }
      try PoolFiles.synchronize(PoolFiles.parent(of: path))
    } catch {
      try? FileManager.default.removeItem(atPath: temporary.directory)
      throw Self.explain(error, files, "Could not make")
    }
    return try open(at: path, for: .writing, provenance: provenance)
  }

  /// Fills a directory with a pool of one entry, durable.
  private static func make(_ files: PoolFiles, _ provenance: Provenance) throws {
    guard mkdir(files.directory, 0o755) == 0 else { throw SystemError("mkdir", files.directory) }
    do {
      let environment = try Environment(
        directory: files.directory, create: true, mapSize: Environment.roomyMap)
      let pool = Pool(files, environment, provenance, head: (0, Entry.origin))
      let name = (0..<2).map { _ in
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
      let draft = Draft(.`init`(InitContent(format: format, pool: name)))
      let (entry, bytes) = try pool.prepare(draft, after: (0, Entry.origin))
      try environment.write { try pool.store(entry, bytes, $0) }
      try IndexWriter.rebuild(
        files, head: (entry.sequence, entry.digest), journal: pool.journalReader)
    }
    for name in ["data.mdb", "lock.mdb", "index.sqlite"] {
      try PoolFiles.synchronize(files.directory + "/" + name)
    }
    try PoolFiles.synchronize(files.directory)
  }

  /// Opens a pool.
  ///
  /// A pool that may not be written can be read while nobody writes to it.
  ///
  /// - Throws: `PoolError`: `noPool`, `locked`, `newerFormat`, `damage`, `noSpace`; `failure` where
  ///   this user may not.
  public static func open(
    at path: String, for access: Access, provenance: Provenance
  ) throws -> Pool {
    try open(at: path, for: access, provenance: provenance, rebuilding: false)
  }

  /// Opens a pool for writing with an index made anew from the journal, whatever index is there.
  ///
  /// - Throws: as `open`.
  public static func reindex(at path: String, provenance: Provenance) throws -> Pool {
    try open(at: path, for: .writing, provenance: provenance, rebuilding: true)
  }

  private static func open(
    at path: String, for access: Access, provenance: Provenance, rebuilding: Bool,
    attempts: Int = 3
  ) throws -> Pool {
    let files = PoolFiles(directory: path)
    do {
      guard try files.exist() else { throw noPool(files) }
      try files.requireShort()
      try files.requirePlain()
      if access == .writing { try files.requireWritable() }
      // A reader may be catching up, which takes a moment.
      let lock = access == .writing ? try WriterLock(files, wait: 1) : nil
      try MetaPages.check(files.data)
      let environment = try EnvironmentRegistry.environment(
        directory: files.directory, mapSize: Environment.mapSize(for: files.data))
      let head = try environment.read { try environment.head($0) }
      let pool = Pool(files, environment, provenance, head: head)
      try pool.checkFormat()
      if let lock {
        try pool.startWriting(lock, rebuilding: rebuilding)
        return pool
      }
      do {
        try pool.catchUpIfPossible()
      } catch  where attempts > 1 && environment.isReplaced(at: files.data) {
        // The pool was compacted meanwhile, and the index went on with the new file.
        return try open(
          at: path, for: access, provenance: provenance, rebuilding: rebuilding,
          attempts: attempts - 1)
      }
      return pool
    } catch {
      throw explain(error, files, "Could not open")
    }
  }

  /// Says that there is no pool at a path, and under which name one can be made.
  static func noPool(_ files: PoolFiles) -> PoolError {
    let path = files.directory
    guard PoolFiles.isTaken(path) else {
      return PoolError(
        .noPool, "There is no pool at \(path).", remedy: "psrdb init \(shellWord(path)) makes one.")
    }
    let stem = path.hasSuffix(".psr") ? String(path.dropLast(4)) : path
    var free = stem + ".psr"
    var number = 2
    while PoolFiles.isTaken(free) {
      free = "\(stem)-\(number).psr"
      number += 1
    }
    return PoolError(
      .noPool, "\(path) is there, but it is no pool: it has no data.mdb.",
      remedy: "psrdb init \(shellWord(free)) makes one.")
  }

  private func startWriting(_ lock: WriterLock, rebuilding: Bool) throws {
    guard environment.isWritable else { throw SystemError("open", files.data, code: EACCES) }
    // The head is read again: whoever held the lock before may have appended.
    let head = try environment.read { try environment.head($0) }
    try environment.reclaim(after: head.sequence)
    // What was killed left: a compaction, an index in the making.
    try? FileManager.default.removeItem(atPath: files.compacted)
    IndexWriter.clear(files)
    if rebuilding { try IndexWriter.rebuild(files, head: head, journal: journalReader) }
    let index = try IndexWriter(files, head: head, journal: journalReader)
    state.withLock { state in
      state.head = head
      state.writer = Writer(lock: lock, index: index)
    }
  }

  /// A reader that finds the index behind, of another version, or none, lets it catch up, if nobody
  /// is writing. Otherwise it answers as of the index: a consistent past.
  ///
  /// An index that cannot be read matters once it is asked something; the tensors do not need it.
  private func catchUpIfPossible() throws {
    let state: IndexState?
    do { state = try QueryConnection(files, asOf: nil).state() } catch {
      let isOther = (error as? PoolError)?.cause is OtherVersion
      if isOther || !FileManager.default.fileExists(atPath: files.index) { catchUp() }
      return
    }
    guard let state else { return }
    // The head is read after the index: meanwhile the journal can only have grown.
    let head = head
    try state.check(against: head, entry: entry)
    if state.applied < head.sequence { catchUp() }
  }

  private func catchUp() {
    guard let lock = try? WriterLock(files, wait: 0) else { return }
    try? startWriting(lock, rebuilding: false)
    close()
  }

  /// Refuses a pool of a newer format, and one that does not begin like a pool.
  private func checkFormat() throws {
    guard head.sequence > 0 else { throw PoolError.damage("The journal is empty.") }
    let first = try entry(1)
    guard case .`init`(let content) = first.content, first.previous == Entry.origin else {
      throw PoolError.damage("The journal does not begin with a pool's birth.")
    }
    try requireKnown(content)
  }

  func requireKnown(_ birth: InitContent) throws {
    guard birth.format <= Self.format else {
      throw PoolError(
        .newerFormat,
        "\(path) has format \(birth.format); this psrdb reads up to \(Self.format).",
        remedy: "Use a newer psrdb.")
    }
  }

  /// Reads an entry and its tensors, for the projection.
  var journalReader: IndexWriter.Journal {
    { [environment, storedBytes] sequence in
      let entry = try environment.read {
        try Entry(environment.entryBytes(sequence, $0), sequence: sequence)
      }
      return (entry, { try storedBytes(entry, $0) })
    }
  }

  /// Reads the rows of an entry's tensor with a number.
  var storedBytes: @Sendable (Entry, Int) throws -> [UInt8] {
    { [environment] entry, number in
      try environment.read { transaction in
        guard
          let (header, rows) = try environment.tensorValue(entry.sequence, number, transaction),
          entry.tensors.indices.contains(number),
          header.dtype == entry.tensors[number].dtype,
          header.shape == entry.tensors[number].shape
        else {
          throw PoolError.damage(
            "Tensor \(number) of entry \(entry.sequence) is missing or not as the journal says.")
        }
        return [UInt8](rows)
      }
    }
  }
}

import Foundation
import Synchronization

/// A pool: real images, models, candidates with everything that was computed of them, selections
/// and evaluations, in one directory.
///
/// The journal (LMDB) is the truth: `append` is durable when it returns. The index (SQLite) is
/// computed from it, for questions. Nothing is ever overwritten. Safe to use from several threads.
public final class Pool: Sendable {
  public let path: String
  let files: PoolFiles
  let environment: Environment
  let provenance: Provenance
  let state: Guarded<State>
  /// The connection queried last, with what it answers as of.
  let queries = Guarded<(asOf: Int64?, connection: QueryConnection)?>(nil)
  /// Asked whether queries are to stop.
  let cancellation = Mutex<(@Sendable () -> Bool)?>(nil)
  /// Tensors whose digests were found to be the journal's.
  let intact = Mutex<Set<Key>>([])

  struct State {
    var head: (sequence: Int64, digest: String)
    /// Entries read lately: immutable, so never stale.
    var entries: [Int64: Entry] = [:]
    var writer: Writer?

    /// Notes an entry that was read or written; forgets all where they are many.
    mutating func note(_ entry: Entry) {
      if entries.count >= 256 { entries.removeAll() }
      entries[entry.sequence] = entry
    }

    /// Makes visible what the index staged of entries that are stored. An index that lacks an entry
    /// must not be given the next: where it fails, writing ends, and the next writer catches up.
    mutating func commitIndex() throws {
      do {
        try writer?.index.commit()
      } catch {
        writer = nil
        throw error
      }
    }
  }

  /// What a pool has while it is open for writing.
  struct Writer {
    let lock: WriterLock
    let index: IndexWriter
  }

  init(
    _ files: PoolFiles, _ environment: Environment, _ provenance: Provenance,
    head: (sequence: Int64, digest: String)
  ) {
    path = files.directory
    self.files = files
    self.environment = environment
    self.provenance = provenance
    state = Guarded(State(head: head))
  }

  /// Ends writing: settles the index and lets the next writer in. A pool that is not closed loses
  /// nothing.
  public func close() {
    queries.withLock { $0 = nil }
    let writer = state.withLock { state in
      defer { state.writer = nil }
      return state.writer
    }
    try? writer?.index.close()
  }

  deinit { close() }

  /// Number and digest of the last entry: the pool's fingerprint. (0, zeros) before the first.
  public var head: (sequence: Int64, digest: String) {
    // A reader sees what a writer has appended meanwhile; if it cannot, what it saw last.
    let fresh = try? environment.read { try environment.head($0) }
    return state.withLock { state in
      // Between the two another thread may have appended.
      if let fresh, fresh.sequence > state.head.sequence { state.head = fresh }
      return state.head
    }
  }

  /// An entry of the journal.
  ///
  /// - Throws: `PoolError` with code `notFound` or `damage`.
  public func entry(_ sequence: Int64) throws -> Entry {
    if let entry = state.withLock({ $0.entries[sequence] }) { return entry }
    let entry = try environment.read {
      try Entry(environment.entryBytes(sequence, $0), sequence: sequence)
    }
    state.withLock { $0.note(entry) }
    return entry
  }

  /// The entries of a kind, or all, from a sequence number on, in order.
  public func entries(_ kind: EntryKind? = nil, from first: Int64 = 0) throws -> [Entry] {
    var entries: [Entry] = []
    try forEachEntry(kind, from: first) { entries.append($0) }
    return entries
  }

  /// As `entries`, one by one: none is kept.
  func forEachEntry(
    _ kind: EntryKind? = nil, from first: Int64 = 0, _ body: (Entry) throws -> Void
  ) throws {
    // One that lacks these bytes is of another kind, and need not be taken apart.
    let mark = kind.map(\.mark)
    var next = first
    while true {
      // A snapshot for each: what is done with an entry may need others.
      let found = try environment.read { transaction -> (sequence: Int64, entry: Entry?)? in
        guard
          let (key, value) = try Cursor(transaction, environment.journal).seek(Key(next))
        else { return nil }
        guard let key = Key(key), key.number == nil else {
          throw PoolError.damage("The journal has a key that is none of psrdb's.")
        }
        guard mark.map({ value.holds($0) }) ?? true else { return (key.sequence, nil) }
        return (key.sequence, try Entry(value, sequence: key.sequence))
      }
      guard let (sequence, entry) = found else { return }
      if let entry, kind == nil || entry.kind == kind { try body(entry) }
      next = sequence + 1
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether `bytes`, two or more, are in it, one after the other.
  func holds(_ bytes: [UInt8]) -> Bool {
    guard count >= bytes.count, let start = baseAddress else { return false }
    return (0...count - bytes.count).contains {
      self[$0 + 1] == bytes[1] && memcmp(start + $0, bytes, bytes.count) == 0
    }
  }
}

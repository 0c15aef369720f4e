import Dispatch
import Foundation
import GRDB
import Synchronization

/// Compares the index with what the journal says it must be. Some workers share the entries; each
/// has a connection of its own, all of one snapshot.
struct IndexCheck {
  private let deep: Bool
  /// Those the index has come to.
  private let entries: [Entry]
  private let bytes: PlainRows.Bytes

  private static let remedy = "psrdb reindex makes it anew from the journal."
  /// Entries a worker takes at a time.
  private static let portion = 64

  /// - Parameter entries: the journal's first, without gaps.
  /// - Throws: `PoolError` where the index may not be read, or the pool is compacted meanwhile.
  static func findings(_ pool: Pool, deep: Bool, entries: [Entry]) throws -> [Finding] {
    let connections: [QueryConnection]
    let state: IndexState
    do {
      (connections, state) = try Self.connections(pool.files)
    } catch let error as PoolError where error.code != .damage {
      // There may be nothing wrong with it.
      throw error
    } catch {
      return [missing(error)]
    }
    var entries = entries
    // A writer may have gone on since they were read. The index never gets ahead of the journal.
    entries += try pool.entries(from: (entries.last?.sequence ?? 0) + 1)
    var foreign: Finding?
    do {
      let head = entries.last.map { ($0.sequence, $0.digest) } ?? (0, Entry.origin)
      try state.check(against: head, entry: pool.entry)
    } catch let error as PoolError {
      if pool.environment.isReplaced(at: pool.files.data) {
        throw PoolError(
          .failure, "\(pool.path) was compacted meanwhile.", remedy: "Verify it again.")
      }
      foreign = Finding(
        id: "index-foreign", what: error.message, where: "index.sqlite", remedy: error.remedy)
    }
    let check = IndexCheck(
      deep: deep, entries: foreign == nil ? Array(entries.prefix(Int(state.applied))) : [],
      bytes: pool.storedBytes)
    if let foreign { return [check.pages(connections[0]) ?? foreign] }
    return try check.findings(connections)
  }

  /// Connections for as many workers as there are cores, but two to eight, and how far the index they see has come.
  private static func connections(
    _ files: PoolFiles
  ) throws -> ([QueryConnection], IndexState) {
    func state(_ connection: QueryConnection) throws -> IndexState {
      guard let state = try connection.state() else {
        throw PoolError.damage("It does not say how far it has come.")
      }
      return state
    }
    let first = try QueryConnection(files, asOf: nil, isFrozen: true)
    var connections = [first]
    let applied = try state(first)
    for _ in 1..<max(2, min(8, ProcessInfo.processInfo.activeProcessorCount)) {
      let next = try QueryConnection(files, asOf: nil, isFrozen: true)
      // A writer may have been there in between; who sees more than the first does not take part.
      if try state(next) == applied { connections.append(next) }
    }
    return (connections, applied)
  }

  /// What the workers share.
  private final class Work: Sendable {
    /// The number of the next portion; before the first the pages, which take longest.
    let next = Mutex(-1)
    let remainder = Guarded<Remainder?>(nil)
    let result = Mutex(Result())

    struct Result {
      var counts: [String: Int] = [:]
      var differences: Set<String> = []
      var damage: Finding?
      var error: (any Error)?
    }
  }

  private func findings(_ connections: [QueryConnection]) throws -> [Finding] {
    let work = Work()
    // Each is used by one worker.
    nonisolated(unsafe) let connections = connections
    DispatchQueue.concurrentPerform(iterations: connections.count) { number in
      do {
        try perform(work, connections[number])
      } catch {
        work.result.withLock { $0.error = $0.error ?? error }
      }
    }
    let result = work.result.withLock { $0 }
    if let damage = result.damage { return [damage] }
    do {
      if let error = result.error { throw error }
      let others = try work.remainder.withLock { try $0?.differences(plain: result.counts) }
      return findings(result.differences.union(others ?? []))
    } catch let error as DatabaseError where SQLite.isFull(error) {
      throw PoolError(
        .noSpace, "There is no room for the temporary file that verifying takes.",
        remedy: "Make room where TMPDIR points.", cause: error)
    } catch let error as DatabaseError where !SQLite.isConflict(error) {
      return [Self.missing(error)]
    } catch {
      return [
        Finding(
          id: "journal-contradiction", what: "\(error)", where: "data.mdb",
          remedy: Verifier.remedy)
      ]
    }
  }

  private func perform(_ work: Work, _ index: QueryConnection) throws {
    var rows: PlainRows?
    while work.result.withLock({ $0.damage == nil && $0.error == nil }) {
      let number = work.next.withLock { next in
        defer { next += 1 }
        return next
      }
      if number < 0 {
        let damage = pages(index)
        work.result.withLock { $0.damage = damage }
        continue
      }
      let portion = entries.dropFirst(number * Self.portion).prefix(Self.portion)
      let whole = try work.remainder.withLock { remainder in
        if remainder == nil { remainder = try Remainder(entries, index, bytes) }
        return remainder?.whole ?? []
      }
      if portion.isEmpty { break }
      if rows == nil {
        rows = try PlainRows(index, bytes) { table, item in
          try work.remainder.withLock { try $0?.holds(table, item) ?? false }
        }
      }
      for entry in portion where !whole.contains(entry.sequence) { try rows?.compare(entry) }
    }
    guard let rows else { return }
    work.result.withLock { result in
      result.counts.merge(rows.counts, uniquingKeysWith: +)
      result.differences.formUnion(rows.differences)
    }
  }

  /// SQLite's own word on its pages, and with `deep` on its indexes; nil where it is good.
  private func pages(_ index: QueryConnection) -> Finding? {
    do {
      let check = try index.query(
        deep ? "PRAGMA integrity_check" : "PRAGMA quick_check", [], .init())
      if check.rows == [["ok"]] { return nil }
      let first = check.rows.first?.first?.string ?? "not whole"
      return Finding(
        id: "index-damaged", what: first, where: "index.sqlite", remedy: Self.remedy)
    } catch {
      return Self.missing(error)
    }
  }

  private func findings(_ tables: Set<String>) -> [Finding] {
    tables.sorted().map {
      Finding(
        id: "index-content", what: "Table \($0) is not what the journal says.",
        where: "index.sqlite", remedy: Self.remedy)
    }
  }

  private static func missing(_ error: any Error) -> Finding {
    let what = (error as? PoolError)?.message ?? "\(error)"
    return Finding(id: "index-missing", what: what, where: "index.sqlite", remedy: remedy)
  }
}

import CLMDB
import Dispatch
import Foundation
import Synchronization

/// Looks through one snapshot of a pool's journal and tensors.
struct Verifier {
  /// For what is damaged in the journal or in tensors.
  static let remedy = "Restore data.mdb from a backup, or make the pool again from its recipe."

  let environment: Environment
  let deep: Bool
  /// Of `count` parts of the tensors only the part `index` is digested.
  let subset: (index: Int, count: Int)
  let progress: (Int, Int) throws -> Void

  private(set) var findings: [Finding] = []
  /// Entries that could be read.
  private(set) var entries: [Entry] = []
  private var done = 0
  private var total = 0
  /// Tensors whose digest is still to be taken; and those before them, which were to be read from
  /// the disk meanwhile.
  private var waiting: [Waiting] = []
  private var arrived: [Waiting] = []

  private struct Waiting {
    var rows: UnsafeRawBufferPointer
    var sha256: String
    var place: String
  }

  init(
    _ environment: Environment, deep: Bool, subset: (index: Int, count: Int),
    progress: @escaping (Int, Int) throws -> Void
  ) {
    self.environment = environment
    self.deep = deep
    self.subset = subset
    self.progress = progress
  }

  mutating func run() throws {
    try environment.read { transaction in
      try checkJournal(transaction)
      try checkTensors(transaction)
    }
  }

  private mutating func find(_ id: String, _ what: String, _ where: String) {
    findings.append(
      Finding(
        id: id, what: what, where: `where`,
        remedy: Self.remedy))
  }

  /// Numbers without gaps, readable entries, a whole chain, a birth at its start.
  private mutating func checkJournal(_ transaction: borrowing ReadTransaction) throws {
    let cursor = try Cursor(transaction, environment.journal)
    let count = deep ? 0 : try transaction.statistics(environment.journal).ms_entries
    var seen = 0
    var expected: Int64 = 1
    var previous: String? = Entry.origin
    while let (key, value) = try cursor.next() {
      guard let key = Key(key), key.number == nil, key.sequence >= expected else {
        find("journal-gap", "A key of the journal is none of psrdb's.", "data.mdb")
        continue
      }
      if key.sequence != expected {
        find(
          "journal-gap", "Entries \(expected)…\(key.sequence - 1) are missing.", "data.mdb")
        previous = nil
      }
      expected = key.sequence + 1
      let place = "entry \(key.sequence)"
      do {
        let entry = try Entry(value, sequence: key.sequence)
        if let previous, entry.previous != previous {
          find("chain", "It does not carry the digest of the entry before.", place)
        }
        if key.sequence == 1, entry.kind != .`init` {
          find("birth", "The journal does not begin with a pool's birth.", place)
        }
        if !value.holds(entry.kind.mark) {
          find("journal-entry", "It is no JSON as psrdb writes it, and may be passed over.", place)
        }
        entries.append(entry)
      } catch {
        find("journal-entry", "It cannot be read: \(error)", place)
      }
      previous = SHA256.hex(of: value)
      environment.look(at: Environment.window, transaction)
      seen += 1
      if !deep { try progress(seen, Int(clamping: count)) }
    }
  }

  /// Every tensor the journal names, as it names it, and no other.
  private mutating func checkTensors(_ transaction: borrowing ReadTransaction) throws {
    let spent = try SpentRows(entries) { try environment.integers($0, $1, transaction) }
    total = deep ? entries.flatMap(\.tensors).reduce(0) { $0 &+ ($1.byteCount ?? 0) } : 0
    let cursor = try Cursor(transaction, environment.tensors)
    var pair = try cursor.next()
    for entry in entries {
      for (number, tensor) in entry.tensors.enumerated() {
        let key = Key(entry.sequence, number)
        while let (other, _) = pair {
          let other = Key(other)
          // A key that is none of psrdb's may lie anywhere.
          if let other, other >= key { break }
          find(
            "tensor-stray",
            other?.number.map { "No entry knows tensor \($0)." }
              ?? "A key of the tensors is none of psrdb's.",
            other.map { "entry \($0.sequence)" } ?? "data.mdb")
          pair = try cursor.next()
        }
        if let (found, value) = pair, Key(found) == key {
          environment.look(at: Environment.window + (deep ? value.count : 0), transaction)
          try check(
            tensor, value, "entry \(entry.sequence), tensor \(number) “\(tensor.name)”", key)
          pair = try cursor.next()
        } else if !spent.contains(entry, tensor) {
          find(
            "tensor-missing", "The tensor is not there.",
            "entry \(entry.sequence), tensor \(number) “\(tensor.name)”")
        }
      }
    }
    // What lies behind the last entry is what an interrupted merge left; the next writer takes it.
    while let (other, _) = pair {
      if Key(other).map({ $0.sequence <= entries.last?.sequence ?? 0 }) ?? true {
        find("tensor-stray", "No entry knows this tensor.", "data.mdb")
        break
      }
      pair = try cursor.next()
    }
    try digest()
    try digest()
  }

  private mutating func check(
    _ tensor: TensorDescription, _ value: UnsafeRawBufferPointer, _ place: String, _ key: Key
  ) throws {
    guard let header = TensorHeader(value), header.dtype == tensor.dtype,
      header.shape == tensor.shape
    else {
      find("tensor-header", "Its header is not as the journal says.", place)
      return
    }
    guard deep else { return }
    guard (Int(key.sequence) + Int(key.number ?? 0)) % subset.count == subset.index else {
      done += header.byteCount
      return try progress(done, total)
    }
    let rows = UnsafeRawBufferPointer(rebasing: value[TensorHeader.size...])
    waiting.append(Waiting(rows: rows, sha256: tensor.sha256, place: place))
    environment.prefetch(rows)
    // Enough for every core, and little enough to be interrupted soon.
    if waiting.count >= 256 || waiting.reduce(0, { $0 + $1.rows.count }) >= 64 << 20 {
      try digest()
    }
  }

  /// Takes the digests of the tensors that have arrived, on all cores, while those waiting arrive.
  /// Only within the snapshot they were read from.
  private mutating func digest() throws {
    let tensors = SharedTensors(list: arrived)
    (arrived, waiting) = (waiting, [])
    let wrong = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: tensors.list.count) { index in
      let tensor = tensors.list[index]
      if SHA256.hex(of: tensor.rows) != tensor.sha256 { wrong.withLock { $0.append(index) } }
    }
    for index in wrong.withLock({ $0.sorted() }) {
      find(
        "tensor-digest", "Its bytes are not those that were stored.", tensors.list[index].place)
    }
    for tensor in tensors.list {
      done += tensor.rows.count
      try progress(done, total)
    }
  }

  // The bytes are only read, while the transaction that they belong to is open.
  private struct SharedTensors: @unchecked Sendable { let list: [Waiting] }
}

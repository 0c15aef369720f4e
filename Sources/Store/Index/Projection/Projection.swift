import Foundation
import GRDB

/// Applies journal entries to the index: the one way anything gets in.
///
/// What it writes follows from the entries alone, so that a rebuilt index is equal.
struct Projection {
  let db: Database
  /// Whether it makes the rows that follow from one entry alone, of which there are as many as
  /// images: those of `CandidateRows`, `ScoreRows` and `ImageRows`.
  var hasPlainRows = true

  /// The rows' bytes of the entry's tensor with a number.
  typealias Bytes = (Int) throws -> [UInt8]

  /// An entry that contradicts itself or the entries before it.
  struct Contradiction: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// Applies the entry after the last one applied.
  func apply(_ entry: Entry, _ bytes: @escaping Bytes) throws {
    try applyContent(of: entry, bytes)
    try record(entry)
  }

  /// The first part of `apply`: all that does not depend on digests. `record` has to follow.
  func applyContent(of entry: Entry, _ bytes: @escaping Bytes) throws {
    guard entry.sequence <= Item.maximumEntry else {
      throw Contradiction("a pool holds \(Item.maximumEntry) entries")
    }
    let batch = Batch(entry: entry, bytes: bytes)
    try batch.check()
    switch entry.content {
    case .`init`(let content): try apply(content, batch)
    case .dataset(let content): try apply(content, batch)
    case .model(let content): try apply(content, batch)
    case .generate(let content): try apply(content, batch)
    case .score(let content): try apply(content, batch)
    case .rank(let content): try apply(content, batch)
    case .select(let content): try apply(content, batch)
    case .refine(let content): try apply(content, batch)
    case .evaluate(let content): try apply(content, batch)
    case .drop(let content): try apply(content, batch)
    case .merge(let content): try apply(content, batch)
    }
  }

  /// Writes the entry's rows of `journal` and `tensors`, and that it was applied.
  ///
  /// - Throws: `PoolError` with code `damage` where the one before was not.
  func record(_ entry: Entry) throws {
    var total = 0
    let insert = try Inserter(db, "tensors", columns: 9)
    for (number, tensor) in entry.tensors.enumerated() {
      let bytes = tensor.byteCount ?? 0
      total += bytes
      try insert.insert(
        .integer(entry.sequence), .init(number), .init(tensor.name), Value(tensor.class),
        .init(tensor.dtype.rawValue), .init(json(tensor.shape)), .init(bytes),
        .init(tensor.sha256), .integer(entry.sequence))
    }
    try Inserter(db, "journal", columns: 12).insert(
      .integer(entry.sequence), .init(entry.kind.rawValue), .init(entry.time),
      .init(entry.summary), .init(json(entry.arguments)), .init(entry.version), .init(entry.blas),
      .init(entry.threads), .init(entry.tensors.count), .init(total), .init(entry.previous),
      .init(entry.digest))
    try db.cachedStatement(
      sql: "UPDATE state SET applied = ?1, digest = ?2 WHERE applied = ?1 - 1"
    ).execute(arguments: [entry.sequence, entry.digest])
    // What lacks an entry would lack it for ever, and nothing would say so.
    guard db.changesCount == 1 else {
      throw PoolError.brokenIndex("The index lacks entries before \(entry.sequence).")
    }
  }

  /// JSON with sorted keys.
  func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }
}

extension Value {
  init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  init(_ value: String?) { self = value.map { .text($0) } ?? .null }

  /// A number that was not computed, or is none, is NULL.
  init(_ value: Float?) {
    if let value, value.isFinite { self = .real(Double(value)) } else { self = .null }
  }
}

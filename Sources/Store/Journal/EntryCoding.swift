import Foundation

/// An entry as JSON: keys sorted, no white space, UTF-8. Its digest is over these bytes.
private struct StoredEntry: Encodable, Decodable {
  var sequence: Int64
  var kind: EntryKind
  var time: String
  var arguments: [String: String]
  var content: Content
  var tensors: [TensorDescription]
  var psrdb: String
  var blas: String
  var threads: Int
  var previous: String

  enum CodingKeys: String, CodingKey {
    case sequence, kind, time, arguments, content, tensors, psrdb, blas, threads, previous
  }

  init(_ entry: Entry) {
    sequence = entry.sequence
    kind = entry.kind
    time = entry.time
    arguments = entry.arguments
    content = entry.content
    tensors = entry.tensors
    psrdb = entry.version
    blas = entry.blas
    threads = entry.threads
    previous = entry.previous
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    sequence = try container.decode(Int64.self, forKey: .sequence)
    kind = try container.decode(EntryKind.self, forKey: .kind)
    time = try container.decode(String.self, forKey: .time)
    arguments = try container.decode([String: String].self, forKey: .arguments)
    content = try Content(kind, from: container.superDecoder(forKey: .content))
    tensors = try container.decode([TensorDescription].self, forKey: .tensors)
    psrdb = try container.decode(String.self, forKey: .psrdb)
    blas = try container.decode(String.self, forKey: .blas)
    threads = try container.decode(Int.self, forKey: .threads)
    previous = try container.decode(String.self, forKey: .previous)
  }
}

extension Entry {
  /// Completes a draft into the entry after `head`, with the bytes to store.
  static func encode(
    _ draft: Draft, tensors: [TensorDescription], sequence: Int64, previous: String, time: String,
    provenance: Provenance
  ) throws -> (entry: Entry, bytes: [UInt8]) {
    let unsigned = Entry(
      sequence: sequence, time: time, arguments: draft.arguments, content: draft.content,
      tensors: tensors, version: provenance.version, blas: provenance.blas,
      threads: provenance.threads, previous: previous, digest: "")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do {
      bytes = Array(try encoder.encode(StoredEntry(unsigned)))
    } catch {
      throw PoolError(.usage, "This entry cannot be written as JSON.", cause: error)
    }
    return (unsigned.signed(SHA256.hex(of: bytes)), bytes)
  }

  /// Reads a stored entry. `sequence` is its key's.
  init(_ bytes: UnsafeRawBufferPointer, sequence: Int64) throws {
    let stored: StoredEntry
    do {
      stored = try JSONDecoder().decode(StoredEntry.self, from: Data(bytes))
    } catch {
      throw PoolError.damage("Journal entry \(sequence) is not readable.", cause: error)
    }
    guard stored.sequence == sequence else {
      throw PoolError.damage(
        "Journal entry \(sequence) says that its number is \(stored.sequence).")
    }
    if let tensor = stored.tensors.first(where: { !$0.isPossible }) {
      throw PoolError.damage(
        "Journal entry \(sequence) has an impossible tensor: “\(tensor.name)” \(tensor.shape).")
    }
    self.init(
      sequence: sequence, time: stored.time, arguments: stored.arguments, content: stored.content,
      tensors: stored.tensors, version: stored.psrdb, blas: stored.blas, threads: stored.threads,
      previous: stored.previous, digest: SHA256.hex(of: bytes))
  }

  private func signed(_ digest: String) -> Entry {
    Entry(
      sequence: sequence, time: time, arguments: arguments, content: content, tensors: tensors,
      version: version, blas: blas, threads: threads, previous: previous, digest: digest)
  }
}

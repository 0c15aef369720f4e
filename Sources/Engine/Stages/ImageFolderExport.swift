import Engine
import Foundation
import Store

/// Writes a selection as `CLASS/ID.png` with its lineage beside it.
///
/// metadata.jsonl has a line for each image (`file_name` first: Hugging Face's image folders read
/// it), manifest.json the SHA-256 of every other file. The folder appears whole or not at all.
struct ImageFolderExport {
  private let reader: SelectionReader
  private let context: Context

  private let asOf: Int64?

  init(_ reader: SelectionReader, _ context: Context, asOf: Int64?) {
    self.reader = reader
    self.context = context
    self.asOf = asOf
  }

  private struct Manifest: Encodable {
    var selection: String
    var strategy: String
    var source: String
    /// The pool's random name, and the digest of its last entry (or of that it was exported as of).
    var pool: String
    var fingerprint: String
    var classes: [String]
    var counts: [Int]
    /// Height, width, channels.
    var image: [Int]
    var files: [String: String]
  }

  private struct Metadata: Encodable {
    var fileName: String
    var id: String
    var `class`: Int
    var className: String
    var rank: Int
    var entry: Int64
    var row: Int
    /// Digest of that entry.
    var digest: String
    /// For candidates: what was generated, what was refined into it.
    var candidate: String?
    var parent: String?
    var refinement: String?
    var generation: String?
    var seed: Int?
    /// What picking it added to the objective.
    var gain: Double?
    var flagged: Bool
    var scores: [String: Double]
  }

  /// - Returns: SHA-256 of manifest.json.
  /// - Throws: `PoolError`, `FormatError`, `Interrupted`; nothing is left behind.
  func write(to path: String) throws -> String {
    let temporary = "\(path).new-\(UUID().uuidString)"
    do {
      let digest = try fill(temporary)
      // Over an empty folder this succeeds, over anything else it fails.
      guard rename(temporary, path) == 0 else {
        throw FormatError(
          .io, "\(path) cannot be made: \(String(cString: strerror(errno)))",
          remedy: "Check that nothing is there.")
      }
      return digest
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  private func fill(_ folder: String) throws -> String {
    let shape = try reader.imageShape()
    let folders = Self.folders(reader.classNames)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var files: [String: String] = [:]
    func put(_ bytes: [UInt8], _ name: String) throws {
      files[name] = SHA256.hex(of: bytes)
      try Files.write(bytes, to: "\(folder)/\(name)")
    }
    try makeFolder(folder)
    var lines: [UInt8] = []
    let details = try details()
    for (number, member) in reader.members.enumerated() {
      try context.step(number, of: reader.members.count)
      if member.rank == 0 { try makeFolder("\(folder)/\(folders[member.class])") }
      let name = "\(folders[member.class])/\(member.id).png"
      let bitmap = Bitmap(
        width: shape[1], height: shape[0], channels: shape[2],
        pixels: try reader.images(of: [member]))
      try put(PNG.write(bitmap), name)
      lines += try encoder.encode(metadata(member, name, details[number]))
      lines.append(UInt8(ascii: "\n"))
    }
    try put(lines, "metadata.jsonl")
    encoder.outputFormatting.insert(.prettyPrinted)
    let manifest = try [UInt8](encoder.encode(manifest(shape, files)))
    try Files.write(manifest, to: "\(folder)/manifest.json")
    try context.step(reader.members.count, of: reader.members.count)
    return SHA256.hex(of: manifest)
  }

  private func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 else {
      let code = errno
      throw FormatError(
        code == ENOSPC || code == EDQUOT ? .noSpace : .io,
        "the folder \(path) cannot be made: \(String(cString: strerror(code)))",
        remedy: "Check that the folder it is to be in exists, may be written to, and has room.")
    }
  }

  private func manifest(_ shape: [Int], _ files: [String: String]) throws -> Manifest {
    let pool = context.pool
    var name = ""
    if case .`init`(let content) = try pool.entry(1).content { name = content.pool }
    return Manifest(
      selection: reader.selection, strategy: reader.strategy, source: reader.source.rawValue,
      pool: name, fingerprint: try asOf.map { try pool.entry($0).digest } ?? pool.head.digest,
      classes: reader.classNames,
      counts: reader.counts, image: shape, files: files)
  }

  private static let scoreColumns = [
    "correct", "confidence", "reliability", "entropy", "margin", "agreement", "judge_correct",
    "judge_confidence", "prior_residual",
  ]

  /// What the index knows of each member beyond what the reader does: a row for each, in order.
  private func details() throws -> [[Value]] {
    try context.pool.query(
      """
      SELECT m.candidate, v.parent, v.refinement, c.generation, c.seed, m.gain, m.flagged,
        \(Self.scoreColumns.map { "s.\($0)" }.joined(separator: ", "))
      FROM members AS m LEFT JOIN versions AS v ON v.item = m.item
      LEFT JOIN candidates AS c ON c.id = m.candidate
      LEFT JOIN scores AS s ON s.item = m.item AND s.scoring = ?
      WHERE m.selection = ? ORDER BY m.class, m.rank
      """, [.text(reader.scoring), .text(reader.selection)], asOf: asOf
    ).rows
  }

  private func metadata(
    _ member: SelectionReader.Member, _ name: String, _ row: [Value]
  ) throws -> Metadata {
    var scores: [String: Double] = [:]
    for (column, value) in zip(Self.scoreColumns, row[7...]) { scores[column] = value.double }
    return Metadata(
      fileName: name, id: member.id, class: member.class,
      className: reader.classNames[member.class], rank: member.rank, entry: member.entry,
      row: member.row, digest: try context.pool.entry(member.entry).digest,
      candidate: row[0].string, parent: row[1].string, refinement: row[2].string,
      generation: row[3].string, seed: row[4].int, gain: row[5].double, flagged: row[6].int == 1,
      scores: scores)
  }

  /// A folder name for each class. Readers number classes in the order of folder names, so where
  /// that would be another order than the dataset's, the number goes in front.
  static func folders(_ classes: [String]) -> [String] {
    let plain = classes.map { name in
      let safe = String(
        name.unicodeScalars.map { scalar in
          scalar == "/" || scalar.properties.generalCategory == .control ? "_" : Character(scalar)
        })
      return safe.hasPrefix(".") || safe.isEmpty ? "_" + safe : safe
    }
    let ordered = zip(plain, plain.dropFirst()).allSatisfy {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    if ordered { return plain }
    let width = String(classes.count - 1).count
    return plain.enumerated().map { number, name in
      let digits = String(number)
      return String(repeating: "0", count: width - digits.count) + digits + "-" + name
    }
  }
}

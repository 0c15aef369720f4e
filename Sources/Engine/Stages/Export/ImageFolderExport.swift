import Engine
import Foundation
import Store

/// Writes a selection as `CLASS/ID.png` with its lineage beside it.
///
/// metadata.jsonl has a line for each image, with its `file_name`, as Hugging Face's image folders
/// read it; manifest.json the SHA-256 of every other file. The folder appears whole or not at all.
struct ImageFolderExport {
  let reader: SelectionReader
  let context: Context
  let asOf: Int64?

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
    /// An image holds factor × factor members.
    var factor: Int
    var files: [String: String]
  }

  private struct Line: Encodable {
    var fileName: String
    var metadata: HeldMetadata

    enum CodingKeys: CodingKey { case fileName }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(fileName, forKey: .fileName)
      try metadata.encode(to: encoder)
    }
  }

  /// - Returns: SHA-256 of manifest.json.
  /// - Throws: `PoolError`, `FormatError`, `Interrupted`; nothing is left behind.
  func write(to path: String) throws -> String {
    try NewFolder.make(at: path, fill)
  }

  private func fill(_ folder: String) throws -> String {
    let folders = Self.folders(reader.classNames)
    let encoder = HeldMetadata.encoder
    var files: [String: String] = [:]
    func put(_ bytes: [UInt8], _ name: String) throws {
      files[name] = SHA256.hex(of: bytes)
      try Files.write(bytes, to: "\(folder)/\(name)")
    }
    var lines: [UInt8] = []
    let images = try HeldMetadata.all(of: reader, in: context.pool, asOf: asOf)
    // Also of classes without images: readers number classes by the folders that there are.
    for name in folders { try NewFolder.make("\(folder)/\(name)") }
    for (number, (held, metadata)) in zip(reader.held, images).enumerated() {
      try context.step(number, of: images.count)
      let name = "\(folders[metadata.class])/\(metadata.fileName).png"
      try put(PNG.write(reader.bitmap(of: held)), name)
      lines += try encoder.encode(Line(fileName: name, metadata: metadata))
      lines.append(UInt8(ascii: "\n"))
    }
    try put(lines, "metadata.jsonl")
    encoder.outputFormatting.insert(.prettyPrinted)
    let manifest = try [UInt8](encoder.encode(manifest(files)))
    try Files.write(manifest, to: "\(folder)/manifest.json")
    try context.step(images.count, of: images.count)
    return SHA256.hex(of: manifest)
  }

  private func manifest(_ files: [String: String]) throws -> Manifest {
    let pool = context.pool
    var name = ""
    if case .`init`(let content) = try pool.entry(1).content { name = content.pool }
    return Manifest(
      selection: reader.selection, strategy: reader.strategy, source: reader.source.rawValue,
      pool: name, fingerprint: try asOf.map { try pool.entry($0).digest } ?? pool.head.digest,
      classes: reader.classNames,
      counts: reader.counts
        + Array(repeating: 0, count: reader.classNames.count - reader.counts.count),
      image: try reader.imageShape(), factor: reader.formation.factor,
      files: files)
  }

  /// A folder name for each class. Readers number classes in the order of folder names, so where
  /// that would be another order than the dataset's, or a class is named as a file beside it, the number
  /// goes in front.
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
    if ordered, !plain.contains("metadata.jsonl"), !plain.contains("manifest.json") { return plain }
    let width = String(classes.count - 1).count
    return plain.enumerated().map { number, name in
      let digits = String(number)
      return String(repeating: "0", count: width - digits.count) + digits + "-" + name
    }
  }
}

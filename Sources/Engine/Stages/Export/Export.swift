import Engine
import Foundation
import Store

/// Hands a selection over as files. The same selection of the same state of a pool gives the same
/// bytes. Images that hold several members are written as they are held (`Formation`), but for
/// DD-Ranking.
public struct Export: Equatable, Sendable {
  public var selection: String
  public var format: ExportFormat
  /// The folder or file to write. A folder may exist if it is empty; a file may not.
  public var path: String

  public init(selection: String, format: ExportFormat, path: String) {
    self.selection = selection
    self.format = format
    self.path = path
  }

  public struct Report: Encodable, Equatable, Sendable {
    public var selection: String
    public var format: String
    public var path: String
    public var classes: Int
    public var images: Int
    /// SHA-256, hex, that covers every byte of the export: of the file, of manifest.json, or of
    /// the digests of a folder's files.
    public var digest: String
  }

  /// - Throws: `PoolError`: `notFound` for an unknown selection, `usage` where there is something
  ///   at the path already, `failure` where it cannot be written.
  public func run(_ context: Context, asOf: Int64? = nil) throws -> Report {
    context.begin("export")
    let reader = try SelectionReader(selection, in: context.pool, asOf: asOf)
    guard isFree else {
      throw PoolError(
        .usage, "There is something at \(path) already.",
        remedy: "Give a path where nothing is, or remove what is there.")
    }
    let digest = try translatingFormatErrors {
      switch format {
      case .imageFolder:
        try ImageFolderExport(reader: reader, context: context, asOf: asOf).write(to: path)
      case .ddRanking:
        try DDRankingExport(reader: reader, context: context, asOf: asOf).write(to: path)
      case .npz: try written(try npz(reader), context)
      case .safetensors: try written(try safetensors(reader), context)
      case .webdataset:
        try written(
          try WebDatasetExport(reader: reader, context: context, asOf: asOf).bytes(), context)
      }
    }
    return Report(
      selection: selection, format: format.rawValue, path: path,
      classes: reader.counts.count { $0 > 0 }, images: reader.held.count, digest: digest)
  }

  /// Whether nothing is at the path, or an empty folder where a folder is to be.
  private var isFree: Bool {
    let there = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard there != nil else { return true }
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    return format.isFolder && there == .typeDirectory && names?.isEmpty == true
  }

  /// - Returns: the file's digest.
  private func written(_ bytes: [UInt8], _ context: Context) throws -> String {
    // The last moment to be interrupted: afterwards the file is there.
    try context.step(1, of: 1)
    try Files.write(bytes, to: path)
    return SHA256.hex(of: bytes)
  }

  private func images(_ reader: SelectionReader) throws -> RawTensor {
    RawTensor(u8: try reader.packed(), shape: [reader.held.count] + (try reader.imageShape()))
  }

  private func labels(_ reader: SelectionReader) -> RawTensor {
    RawTensor(i64: reader.heldLabels.map(Int64.init), shape: [reader.held.count])
  }

  private func npz(_ reader: SelectionReader) throws -> [UInt8] {
    let factor = RawTensor(i64: [Int64(reader.formation.factor)], shape: [1])
    return try NPZ.write([
      ("images", NPY.write(try images(reader))), ("labels", NPY.write(labels(reader))),
      ("ids", NPY.write(reader.members.map(\.id))), ("classes", NPY.write(reader.classNames)),
      ("factor", NPY.write(factor)),
    ])
  }

  private func safetensors(_ reader: SelectionReader) throws -> [UInt8] {
    func list(_ names: [String]) throws -> String {
      String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    }
    var file = SafeTensors(
      ["images": try images(reader), "labels": labels(reader)],
      metadata: [
        "selection": reader.selection, "classes": try list(reader.classNames),
        "ids": try list(reader.members.map(\.id)), "factor": "\(reader.formation.factor)",
      ])
    if reader.source == .pool {
      let (shape, values) = try reader.latents(of: reader.members)
      file.tensors["latents"] = RawTensor(f16: values, shape: shape)
      let makers = try reader.autoencoders(of: reader.members)
      if makers.count == 1 { file.metadata["autoencoder_sha256"] = makers.first }
    }
    return try file.write()
  }
}

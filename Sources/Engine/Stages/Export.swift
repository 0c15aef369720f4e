import Engine
import Foundation
import Store

/// What an export writes.
public enum ExportFormat: String, Codable, CaseIterable, Sendable {
  /// `CLASS/ID.png`, with metadata.jsonl and manifest.json.
  case imageFolder = "image-folder"
  /// NumPy's archive: images u8 [N, H, W, C], labels i64, ids and class names, ordered by class.
  case npz
}

/// Hands a selection over as files. The same selection gives the same bytes.
public struct Export: Codable, Equatable, Sendable {
  public var selection: String
  public var format: ExportFormat
  /// The folder or file to write. A folder may exist if it is empty; a file may not.
  public var path: String

  public init(selection: String, format: ExportFormat, path: String) {
    self.selection = selection
    self.format = format
    self.path = path
  }

  public struct Report: Codable, Equatable, Sendable {
    public var selection: String
    public var format: String
    public var path: String
    public var classes: Int
    public var images: Int
    /// SHA-256 of manifest.json or of the npz file, hex: it covers every byte of the export.
    public var digest: String
  }

  /// - Throws: `PoolError`: `notFound` for an unknown selection, `usage` where there is something
  ///   at the path already, `failure` where it cannot be written.
  public func run(_ context: Context, asOf: Int64? = nil) throws -> Report {
    context.begin("export")
    let reader = try SelectionReader(selection, in: context.pool, asOf: asOf)
    let folder = Files.isFolder(path)
    let occupied = try folder ? !Files.names(in: path).isEmpty : Files.exists(path)
    guard !occupied, format == .imageFolder || !folder else {
      throw PoolError(
        .usage, "There is something at \(path) already.",
        remedy: "Give a path where nothing is, or remove what is there.")
    }
    let digest = try translatingFormatErrors {
      switch format {
      case .imageFolder: try ImageFolderExport(reader, context, asOf: asOf).write(to: path)
      case .npz: try npz(reader, context)
      }
    }
    return Report(
      selection: selection, format: format.rawValue, path: path,
      classes: reader.counts.count { $0 > 0 }, images: reader.members.count, digest: digest)
  }

  private func npz(_ reader: SelectionReader, _ context: Context) throws -> String {
    try context.step(0, of: reader.members.count)
    let count = reader.members.count
    let images = RawTensor(u8: try reader.images(), shape: [count] + (try reader.imageShape()))
    let labels = RawTensor(i64: reader.labels.map(Int64.init), shape: [count])
    let file = try NPZ.write([
      ("images", NPY.write(images)), ("labels", NPY.write(labels)),
      ("ids", NPY.write(reader.members.map(\.id))), ("classes", NPY.write(reader.classNames)),
    ])
    try Files.write(file, to: path)
    try context.step(count, of: count)
    return SHA256.hex(of: file)
  }
}

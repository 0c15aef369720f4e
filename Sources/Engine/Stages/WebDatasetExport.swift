import Engine
import Foundation
import Store

/// A selection as one WebDataset shard: for each image, in order, `ID.png`, `ID.cls` (the class's
/// number) and `ID.json` (its lineage).
struct WebDatasetExport {
  let reader: SelectionReader
  let context: Context
  let asOf: Int64?

  /// - Returns: the tar file's bytes.
  func bytes() throws -> [UInt8] {
    let shape = try reader.imageShape()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var files: [(name: String, bytes: [UInt8])] = []
    let images = try HeldMetadata.all(of: reader, in: context.pool, asOf: asOf)
    for (number, (held, metadata)) in zip(reader.held, images).enumerated() {
      try context.step(number, of: images.count)
      let bitmap = Bitmap(
        width: shape[1], height: shape[0], channels: shape[2],
        pixels: try reader.packed(Array(held)))
      // What comes after the first dot is the part's name, so an id must have none.
      let key = String(metadata.id.map { $0 == "." || $0 == "/" ? "_" : $0 })
      files.append(("\(key).png", try PNG.write(bitmap)))
      files.append(("\(key).cls", Array(String(metadata.class).utf8)))
      files.append(("\(key).json", try [UInt8](encoder.encode(metadata))))
    }
    return try Tar.write(files)
  }
}

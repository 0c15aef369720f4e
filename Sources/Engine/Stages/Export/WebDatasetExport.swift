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
    let encoder = HeldMetadata.encoder
    var files: [(name: String, bytes: [UInt8])] = []
    let images = try HeldMetadata.all(of: reader, in: context.pool, asOf: asOf)
    for (number, (held, metadata)) in zip(reader.held, images).enumerated() {
      try context.step(number, of: images.count)
      // What comes after the first dot is the part's name, so a key must have none.
      let key = metadata.fileName.replacing(".", with: "_")
      files.append(("\(key).png", try PNG.write(reader.bitmap(of: held))))
      files.append(("\(key).cls", Array(String(metadata.class).utf8)))
      files.append(("\(key).json", try [UInt8](encoder.encode(metadata))))
    }
    return try Tar.write(files)
  }
}

/// What an export writes.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// `CLASS/ID.png`, with metadata.jsonl and manifest.json.
  case imageFolder = "image-folder"
  /// NumPy's archive: images u8 [N, H, W, C], labels i64, ids of members, class names and the
  /// factor of images that hold several, ordered by class.
  case npz
  /// images u8 [N, H, W, C], labels i64 and, of candidates, latents f16 [members, h, w, c], ordered
  /// by class; class names, ids of members and the factor in the metadata.
  case safetensors
  /// One tar shard of PNG, class number and lineage.
  case webdataset
  /// `torch.save`d tensors, normalised, in a folder.
  case ddRanking = "dd-ranking"

  var isFolder: Bool { self == .imageFolder || self == .ddRanking }
}

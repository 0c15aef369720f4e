import Engine
import Foundation
import Store

/// A selection as DD-Ranking takes it: a folder with `images.pt` (float32 [N, C, H, W], as students
/// see them: one for each member, normalised by the dataset's mean and standard deviation, by
/// class), `labels.pt` (int64 [N]) and, where the soft protocol has been run, `soft_labels.pt`
/// (float16 [N, K], the teacher's logits of the images as they are).
struct DDRankingExport {
  let reader: SelectionReader
  let context: Context
  let asOf: Int64?

  /// - Returns: SHA-256 over the files, in the order of their names.
  func write(to path: String) throws -> String {
    let count = reader.members.count
    try context.step(0, of: count)
    let shape = try reader.imageShape()
    let real = try RealImages(.train, in: context.pool)
    try reader.requireFit(real.content)
    let scaling = real.scaling
    let images = reader.formation.unpacked(try reader.packed(), image: shape, scaling: scaling)
    var tensors = [
      (
        "images",
        RawTensor(f32: channelsFirst(images), shape: [count, shape[2], shape[0], shape[1]])
      ),
      ("labels", RawTensor(i64: reader.labels.map(Int64.init), shape: [count])),
    ]
    if let labels = try softLabels() { tensors.append(("soft_labels", labels)) }
    let digest = try NewFolder.make(at: path) { folder in
      var digests = ""
      for (name, tensor) in tensors {
        let bytes = try TorchFile.write(tensor, name: name)
        try Files.write(bytes, to: "\(folder)/\(name).pt")
        digests += SHA256.hex(of: bytes) + "\n"
      }
      return SHA256.hex(of: digests)
    }
    try context.step(count, of: count)
    return digest
  }

  /// NHWC → NCHW.
  private func channelsFirst(_ images: Tensor) -> [Float] {
    let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
    let values = images.values
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for image in 0..<images.rows {
      for channel in 0..<channels {
        for pixel in 0..<height * width {
          result.append(values[(image * height * width + pixel) * channels + channel])
        }
      }
    }
    return result
  }

  /// The first view, which shows the images as they are, of the newest soft evaluation there was.
  private func softLabels() throws -> RawTensor? {
    let pool = context.pool
    for entry in try pool.entries(.evaluate).reversed() {
      guard entry.sequence <= asOf ?? .max,
        case .evaluate(let content) = entry.content, content.selection == reader.selection,
        let number = entry.tensors.firstIndex(where: { $0.name == "soft_labels" })
      else { continue }
      let shape = entry.tensors[number].shape
      let first = try pool.floats(entry.sequence, number, rows: 0..<1)
      return RawTensor(f16: first, shape: Array(shape.dropFirst()))
    }
    return nil
  }
}

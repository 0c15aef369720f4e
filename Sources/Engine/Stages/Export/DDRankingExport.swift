import Engine
import Store

/// A selection as DD-Ranking takes it: a folder with `images.pt` (float32 [N, C, H, W], as students
/// see them: one for each member, normalised by the dataset's mean and standard deviation, by
/// class), `labels.pt` (int64 [N]) and, where the pool has a teacher, `soft_labels.pt` (float16
/// [N, K], its logits of the images as they are).
///
/// DD-Ranking makes labels of its own, of as many images of each class, so others are refused.
struct DDRankingExport {
  let reader: SelectionReader
  let context: Context
  let asOf: Int64?

  /// - Returns: SHA-256 over the files, in the order of their names.
  func write(to path: String) throws -> String {
    let count = reader.members.count
    try context.step(0, of: count)
    try requireUniform()
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
    if let labels = try softLabels(images) { tensors.append(("soft_labels", labels)) }
    return try NewFolder.make(at: path) { folder in
      var digests = ""
      for (name, tensor) in tensors {
        let bytes = try TorchFile.write(tensor, name: name)
        try Files.write(bytes, to: "\(folder)/\(name).pt")
        digests += SHA256.hex(of: bytes) + "\n"
      }
      try context.step(count, of: count)
      return SHA256.hex(of: digests)
    }
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

  private func requireUniform() throws(PoolError) {
    guard let least = reader.counts.min(), let most = reader.counts.max(), least == most,
      reader.counts.count == reader.classNames.count
    else {
      throw PoolError(
        .usage,
        "'\(reader.selection)' has not as many images of each class, which DD-Ranking takes for "
          + "granted.",
        remedy: "Export it in another --format, or select as many of every class.")
    }
  }

  /// - Parameter images: normalised, [N, H, W, C].
  private func softLabels(_ images: Tensor) throws -> RawTensor? {
    guard let digest = try Models.newest(in: context.pool, asOf: asOf)["teacher"] else {
      return nil
    }
    let teacher = try Models(context.pool).teacher(digest: digest).network
    let classes = teacher.architecture.classes
    var logits: [Float] = []
    for first in stride(from: 0, to: images.rows, by: Blocks.size) {
      try context.step(first, of: images.rows)
      let shown = images.rows(first..<min(first + Blocks.size, images.rows))
      let seen = teacher.forward(shown, .inference).logits
      try requireFinite(seen, of: .teacher, isHalf: true)
      logits += seen.values
    }
    return RawTensor(f16: logits, shape: [images.rows, classes])
  }
}

import Engine
import Foundation
import Store

/// Candidates made elsewhere, as a safetensors or npz file holds them: `labels`, integers [N], and
/// `latents` [N, h, w, c], `images` u8 [N, H, W, C], or both. What `export --format safetensors`
/// writes is such a file; it names the classes, by which labels are then taken, and the autoencoder
/// whose latents it holds.
struct CandidateFile {
  let labels: [Int]
  /// [N, h, w, c]
  let latents: [Float]?
  /// [N, H, W, C]
  let images: [UInt8]?

  /// - Parameters:
  ///   - latent: the shape of one latent of the pool's autoencoder.
  ///   - image: the shape of one image.
  ///   - classes: the names of the pool's.
  ///   - autoencoder: the digest of the pool's. Of another's latents the images count.
  /// - Throws: `FormatError`; `PoolError` with code `usage` where the arrays are not these.
  init(
    _ bytes: [UInt8], path: String, latent: [Int], image: [Int], classes: [String],
    autoencoder: String
  ) throws {
    let content = try Self.content(of: bytes, path: path, latent: latent, image: image)
    let (arrays, names) = (content.arrays, content.classes)
    func wrong(_ reason: String) -> PoolError {
      PoolError(
        .usage, "\(path) holds no candidates for this pool: \(reason).",
        remedy:
          "psrdb help import candidates: it needs 'labels' [N] of 0...\(classes.count - 1) with 'latents' "
          + "[N, \(latent.map(String.init).joined(separator: ", "))], 'images' u8 "
          + "[N, \(image.map(String.init).joined(separator: ", "))], or both.")
    }
    guard content.factor == 1 else {
      throw wrong("each of its images holds several members, of --factor \(content.factor)")
    }
    guard let labels = arrays["labels"], labels.shape.count == 1, let numbers = labels.integers
    else { throw wrong("there are no 'labels', integers [N]") }
    guard !numbers.isEmpty, numbers.allSatisfy({ (names ?? classes).indices.contains($0) }) else {
      throw wrong(numbers.isEmpty ? "it is empty" : "a label is no class")
    }
    let own = (names ?? classes).map { classes.firstIndex(of: $0) }
    if let label = numbers.first(where: { own[$0] == nil }), let name = names?[label] {
      throw wrong("its class '\(name)' is none of \(classes.joined(separator: ", "))")
    }
    func rows(_ name: String, _ shape: [Int]) throws -> RawTensor? {
      guard let array = arrays[name] else { return nil }
      guard array.shape == [numbers.count] + shape else {
        throw wrong("'\(name)' is \(array.shape)")
      }
      return array
    }
    self.labels = numbers.compactMap { own[$0] }
    let isOther = content.autoencoder.map { $0 != autoencoder } ?? false
    let images = try rows("images", image)
    let latents = isOther ? nil : try rows("latents", latent)
    guard !isOther || images != nil else {
      throw wrong("its latents are of another autoencoder, and there are no images")
    }
    guard latents != nil || images != nil else {
      throw wrong("there are neither 'latents' nor 'images'")
    }
    guard latents.map({ $0.integers == nil }) ?? true, images.map({ $0.number == .u8 }) ?? true
    else { throw wrong("'latents' are floats and 'images' u8") }
    self.images = images?.bytes
    self.latents = latents?.floats
    guard self.latents?.allSatisfy({ abs($0) <= 65504 }) ?? true else {
      throw wrong("a latent is not finite in half precision")
    }
  }

  /// What a file holds, of whatever kind and shapes.
  private struct Content {
    let arrays: [String: RawTensor]
    /// Of an export whose images hold several members.
    let factor: Int
    /// By which labels count; nil where the file does not say.
    let classes: [String]?
    /// The digest of the one whose latents these are; nil where the file does not say.
    let autoencoder: String?
  }

  private static func content(
    of bytes: [UInt8], path: String, latent: [Int], image: [Int]
  ) throws -> Content {
    if bytes.starts(with: [0x50, 0x4b]) {
      let first = try NPZ.read(bytes, name: path, only: ["labels", "factor"], limit: 1 << 27)
      // A small file may hold very many zeros: what fits the labels is no larger than this.
      let row = max(image.reduce(1, *), 8 * latent.reduce(1, *))
      let arrays = try NPZ.read(
        bytes, name: path, only: ["latents", "images"],
        limit: (first["labels"]?.shape.first ?? 0) * row + 1 << 20
      ).merging(first) { $1 }
      return Content(
        arrays: arrays, factor: first["factor"]?.integers?.first ?? 1,
        // Others may mean something else by an array of that name.
        classes: try? NPZ.strings("classes", in: bytes, name: path), autoencoder: nil)
    }
    guard !bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw PoolError(
        .usage, "\(path) is a single array.",
        remedy:
          "numpy.savez(\"candidates.npz\", labels=…, latents=…); then psrdb import candidates "
          + "candidates.npz")
    }
    let file = try SafeTensors.read(bytes, name: path, only: ["labels", "latents", "images"])
    return Content(
      arrays: file.tensors, factor: file.metadata["factor"].flatMap { Int($0) } ?? 1,
      classes: file.metadata["classes"].flatMap {
        try? JSONDecoder().decode([String].self, from: Data($0.utf8))
      }, autoencoder: file.metadata["autoencoder_sha256"])
  }
}

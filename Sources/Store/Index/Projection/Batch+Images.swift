/// What readers of images and latents go by without looking again.
extension Batch {
  /// Rows of a batch of candidates' tensors, the same in all of them.
  ///
  /// - Throws: `Contradiction` where latents are not f16 [n, …], images not u8 [n, H, W, C], or
  ///   numbers of rows differ.
  func candidates(_ class: Int, _ names: String...) throws -> Int {
    let latent = try description("latent", `class`).tensor
    guard latent.dtype == .f16, latent.shape.count > 1, Self.isRow(latent.shape.dropFirst()) else {
      throw Contradiction("latents are f16 [n, h, w, c], not \(latent.dtype) \(latent.shape)")
    }
    let image = try description("image", `class`).tensor
    guard image.dtype == .u8, Self.isImage(image.shape.dropFirst()) else {
      throw Contradiction("images are u8 [n, H, W, 1 or 3], not \(image.dtype) \(image.shape)")
    }
    return try rows(`class`, names)
  }

  /// Whether a shape is one of images: height, width, and channels, 1 or 3.
  static func isImage(_ shape: some Collection<Int>) -> Bool {
    let sizes = Array(shape)
    return sizes.count == 3 && [1, 3].contains(sizes[2]) && isRow(sizes)
  }

  /// Whether a tensor can hold a row of this shape: where it has no rows, nothing else bounds it.
  private static func isRow(_ shape: some Collection<Int>) -> Bool {
    shape.allSatisfy { $0 > 0 } && TensorHeader(dtype: .f32, shape: Array(shape)) != nil
  }
}

/// Several images held as one: factor × factor of them, each shrunk to a cell. Students see a cell
/// grown back to the full size.
///
/// Source: multi-formation of Kim et al., "Dataset condensation via efficient synthetic-data
/// parameterization" (IDC), ICML 2022, whose cells grow bilinearly as here.
public struct Formation: Equatable, Sendable {
  /// Cells along a side; 1 leaves images as they are.
  public let factor: Int

  public init(factor: Int) {
    precondition(factor > 0)
    self.factor = factor
  }

  /// Images that are held as one.
  public var cells: Int { factor * factor }

  /// Whether cells of whole pixels fill an image of [height, width, channels].
  public func divides(_ image: [Int]) -> Bool {
    image[0].isMultiple(of: factor) && image[1].isMultiple(of: factor)
  }

  /// Images, u8 [n, H, W, C], as they are held: u8 [n / cells, H, W, C], cells by rows.
  /// - Parameter image: [H, W, C]
  public func packed(_ bytes: [UInt8], image: [Int]) -> [UInt8] {
    if factor == 1 || bytes.isEmpty { return bytes }
    let size = image.reduce(1, *)
    let shrunk = shrink(image)(Tensor(bytes.map(Float.init), shape: [bytes.count / size] + image))
    var packed = [UInt8](repeating: 0, count: shrunk.count)
    for (cell, place) in places(image, count: packed.count).enumerated() {
      packed[place] = UInt8(shrunk.pointer[cell].rounded())
    }
    return packed
  }

  /// What students see of images as they are held.
  /// - Parameters:
  ///   - packed: u8 [m, H, W, C]
  ///   - image: [H, W, C]
  /// - Returns: normalised, [m · cells, H, W, C]
  public func unpacked(_ packed: [UInt8], image: [Int], scaling: ImageScaling) -> Tensor {
    let count = packed.isEmpty ? 0 : packed.count / image.reduce(1, *)
    if factor == 1 { return scaling.standardised(bytes: packed, shape: [count] + image) }
    let cells = places(image, count: packed.count).map { packed[$0] }
    let small = [image[0] / factor, image[1] / factor, image[2]]
    return grow(image)(
      scaling.standardised(bytes: cells, shape: [count * self.cells] + small))
  }

  /// What students would see of images, [n, H, W, C], before cells are rounded to bytes.
  func seen(_ images: Tensor) -> Tensor {
    if factor == 1 { return images }
    let image = Array(images.shape.dropFirst())
    return grow(image)(shrink(image)(images))
  }

  /// The gradient by images from the one by what is seen of them.
  func backward(_ gradient: Tensor) -> Tensor {
    if factor == 1 { return gradient }
    let image = Array(gradient.shape.dropFirst())
    return shrink(image).transposed(grow(image).transposed(gradient))
  }

  private func shrink(_ image: [Int]) -> Resize {
    .shrinking(height: image[0], width: image[1], by: factor)
  }

  private func grow(_ image: [Int]) -> Resize {
    .growing(height: image[0] / factor, width: image[1] / factor, by: factor)
  }

  /// Where each value of the cells, one cell after the other, is in the images that hold them.
  private func places(_ image: [Int], count: Int) -> [Int] {
    let (height, width, channels) = (image[0] / factor, image[1] / factor, image[2])
    let size = height * width * channels
    return (0..<count).map { i in
      let (cell, inside) = i.quotientAndRemainder(dividingBy: size)
      let (y, x) = (inside / (width * channels), inside % (width * channels))
      let (held, part) = cell.quotientAndRemainder(dividingBy: cells)
      let row = (held * factor + part / factor) * height + y
      return (row * factor + part % factor) * width * channels + x
    }
  }
}
